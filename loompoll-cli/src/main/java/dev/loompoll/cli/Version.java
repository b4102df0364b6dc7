package dev.loompoll.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** {@code loompoll 0.1.0-SNAPSHOT (JDK 25.0.3+9-LTS, Linux 6.18.44 x86_64)}. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "loompoll " + own() + " (JDK " + Runtime.version() + ", " + system() + ")"
    };
  }

  private static String own() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "(unknown version)");
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
