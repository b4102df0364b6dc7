package dev.loompoll.bench;

import dev.loompoll.Loompoll;
import io.netty.util.Version;
import java.util.List;

/** What the contestants are made of: a figure is of one version, and of no other. */
final class Versions {
  private Versions() {}

  static String loompoll() {
    String own = Loompoll.class.getPackage().getImplementationVersion();
    return "Loompoll " + (own == null ? "(development)" : own) + ", " + jdk();
  }

  static String jdk() {
    return "JDK " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
  }

  static String netty() {
    Version netty = Version.identify().get("netty-transport");
    return "Netty " + (netty == null ? "(unknown)" : netty.artifactVersion()) + ", " + jdk();
  }

  static String c() {
    return said("cc", "--version") + ", Linux " + System.getProperty("os.version");
  }

  static String go() {
    return said("go", "version");
  }

  private static String said(String... command) {
    Tools.Output output = Tools.run(List.of(command));
    return output.text().lines().findFirst().orElse("").strip();
  }
}
