package dev.loompoll.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.loompoll.Loompoll;
import dev.loompoll.internal.jdk.JdkBug;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

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

  /**
   * After how many turns an interpreted loop asks for compiled code to go on in; empty where the
   * JVM has no such flag.
   */
  static OptionalLong turnsInInterpreter() {
    @Nullable HotSpotDiagnosticMXBean flags =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (flags == null) { // another JVM
      return OptionalLong.empty();
    }
    try {
      String log = flags.getVMOption("Tier0BackedgeNotifyFreqLog").getValue();
      return OptionalLong.of(1L << Long.parseLong(log));
    } catch (IllegalArgumentException e) { // no such flag: without a compiler, for example
      return OptionalLong.empty();
    }
  }
}
