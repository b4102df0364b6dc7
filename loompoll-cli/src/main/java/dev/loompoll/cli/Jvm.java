package dev.loompoll.cli;

import dev.loompoll.Loompoll;

/** What the JVM was started with. */
final class Jvm {
  private static final Module CORE = Loompoll.class.getModule();

  private Jvm() {}

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
