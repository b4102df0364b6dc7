package dev.loompoll.cli;

import dev.loompoll.Loompoll;
import dev.loompoll.internal.jdk.JdkBug;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What the JVM was started with. */
final class Jvm {
  private static final Module CORE = Loompoll.class.getModule();

  /** Kept here: a logger to which nobody refers forgets its level. */
  private static final Logger JDK_BUGS = Logger.getLogger(JdkBug.LOGGER);

  private Jvm() {}

  /** For a command that names the JDK's bugs itself, or is too short to meet one. */
  static void doNotLogJdkBugs() {
    JDK_BUGS.setLevel(Level.OFF);
  }

  /** The core's module, as flags name it. */
  static String coreModule() {
    return CORE.isNamed() ? CORE.getName() : "ALL-UNNAMED";
  }

  /** Whether the core may make system calls without a warning. */
  static boolean nativeAccess() {
    return CORE.isNativeAccessEnabled();
  }

  /** Whether the core can reach the JDK's virtual threads. */
  static boolean opens() {
    return Object.class.getModule().isOpen("java.lang", CORE);
  }
}
