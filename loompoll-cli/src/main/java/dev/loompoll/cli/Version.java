package dev.loompoll.cli;

import picocli.CommandLine.IVersionProvider;

/** {@code loompoll 0.1.0-SNAPSHOT (JDK 25.0.3+9-LTS, Linux 6.18.44 x86_64)}. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "loompoll " + own() + " (JDK " + Runtime.version() + ", " + system() + ")"
    };
  }

  /** From the jar's manifest. */
  private static String own() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** As uname names it. */
  static String system() {
    String arch = System.getProperty("os.arch");
    return System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + " "
        + (arch.equals("amd64") ? "x86_64" : arch);
  }
}
