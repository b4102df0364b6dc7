package dev.loompoll.cli;

import dev.loompoll.internal.jdk.JdkBug;
import java.util.ArrayList;
import java.util.List;

/** The JDK and what is known to be wrong with it. */
final class JdkCheck {
  private static final int FEATURE = 25;

  private JdkCheck() {}

  static List<Finding> run() {
    return run(
        Runtime.version(),
        System.getProperty("java.vendor", "unknown vendor"),
        System.getProperty("java.vendor.version", ""));
  }

  static List<Finding> run(Runtime.Version version, String vendor, String vendorVersion) {
    List<Finding> findings = new ArrayList<>();
    String name = version + ", " + vendor;
    if (version.feature() != FEATURE) {
      String advice = "use JDK " + FEATURE + ", the one that Loompoll is made for and tested on";
      findings.add(Finding.warn("JDK", name, advice));
      return findings;
    }
    findings.add(Finding.ok("JDK", name));
    for (JdkBug bug : JdkBug.of(version, vendorVersion)) {
      findings.add(
          Finding.warn(
              "JDK bug",
              bug.id() + ": " + bug.what() + " (fixed in " + bug.fixedIn() + ")",
              "use JDK " + bug.fixedIn() + " or newer; some vendors fixed it earlier"));
    }
    return findings;
  }
}
