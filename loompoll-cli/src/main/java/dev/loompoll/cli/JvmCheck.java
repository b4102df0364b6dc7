package dev.loompoll.cli;

import dev.loompoll.Loompoll;
import java.util.ArrayList;
import java.util.List;

/** The JVM's flags, and what Loompoll makes of them. */
final class JvmCheck {
  private static final String START = "start it as ./loompoll or java -jar loompoll.jar, or add ";

  private static final long FEW_TURNS = 64;

  private JvmCheck() {}

  static List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(nativeAccess());
    findings.add(opens());
    findings.add(scheduler());
    findings.add(threadDumps());
    Jvm.turnsInInterpreter().ifPresent(turns -> findings.add(interpreter(turns)));
    return findings;
  }

  private static Finding nativeAccess() {
    String flag = "--enable-native-access=" + Jvm.coreModule();
    return Jvm.nativeAccess()
        ? Finding.ok("native access", "enabled (" + flag + ")")
        : Finding.warn("native access", "not enabled: the JVM warns or refuses", START + flag);
  }

  private static Finding opens() {
    String flag = "--add-opens java.base/java.lang=" + Jvm.coreModule();
    return Jvm.opens()
        ? Finding.ok("scheduler hook", "open (" + flag + ")")
        : Finding.warn("scheduler hook", "closed", START + flag);
  }

  private static Finding scheduler() {
    Loompoll.Runtime runtime;
    try {
      runtime = Loompoll.runtime();
    } catch (IllegalStateException | LinkageError e) {
      return Finding.fail("scheduler", "Loompoll cannot work: " + Errors.message(e), "");
    }
    return runtime.scheduler()
        ? Finding.ok("scheduler", "Loompoll's own, procs: " + runtime.procs())
        : Finding.warn(
            "scheduler",
            "the JDK's: " + runtime.why(),
            "as it is, a goroutine that never blocks can keep the others' I/O waiting");
  }

  private static Finding threadDumps() {
    String property = "jdk.trackAllThreads";
    // As the JDK reads it: on unless it says something other than true.
    String value = System.getProperty(property, "true");
    return value.isEmpty() || value.equals("true")
        ? Finding.ok("thread dumps", "show goroutines (" + property + " is on)")
        : Finding.note(
            "thread dumps",
            "do not show goroutines (" + property + "=" + value + "), which saves a little time");
  }

  /** A frame that is frozen and thawed in the interpreter costs more than a compiled one. */
  static Finding interpreter(long turns) {
    return turns <= FEW_TURNS
        ? Finding.ok("interpreter", "a loop leaves it after about " + turns + " turns")
        : Finding.note(
            "interpreter",
            "a goroutine's loop that began early leaves it only after about " + turns + " turns",
            "for connections that live long add -XX:Tier0BackedgeNotifyFreqLog=4 (ADR 25)");
  }
}
