package dev.loompoll.cli;

import java.util.ArrayList;
import java.util.List;

/** The JDK and what is known to be wrong with it. */
final class JdkCheck {
  private static final int FEATURE = 25;

  /** A defect of virtual threads, in JDK 25 before {@code fixedIn}. */
  private record Bug(String id, String what, int fixedIn) {}

  private static final List<Bug> BUGS =
      List.of(
          new Bug("JDK-8369227", "a virtual thread can stay PARKED for ever", 3),
          new Bug("JDK-8373120", "a virtual thread can stay BLOCKED on a monitor for ever", 4));

  private JdkCheck() {}

  static List<Finding> run() {
    return run(Runtime.version(), System.getProperty("java.vendor", "unknown vendor"));
  }

  static List<Finding> run(Runtime.Version version, String vendor) {
    List<Finding> findings = new ArrayList<>();
    String name = version + ", " + vendor;
    if (version.feature() != FEATURE) {
      String advice = "use JDK " + FEATURE + ", the one that Loompoll is made for and tested on";
      findings.add(Finding.warn("JDK", name, advice));
      return findings;
    }
    findings.add(Finding.ok("JDK", name));
    for (Bug bug : BUGS) {
      if (version.update() < bug.fixedIn) {
        String fixed = FEATURE + ".0." + bug.fixedIn;
        findings.add(
            Finding.warn(
                "JDK bug",
                bug.id + ": " + bug.what + " (fixed in " + fixed + ")",
                "use JDK " + fixed + " or newer; some vendors fixed it earlier"));
      }
    }
    return findings;
  }
}
