package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.net.Engine;
import dev.loompoll.testing.Pair;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who wants neither events nor JMX does not pay for them, and need not have them. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoadedModulesTest {
  /** A program that echoes, and registers the MXBean if it is told to. */
  static final class Program {
    public static void main(String[] args) throws IOException {
      try (Pair pair = Pair.open()) {
        pair.b().write(new byte[] {42});
        byte[] buffer = new byte[1];
        pair.a().read(buffer);
        System.out.println("read " + buffer[0]);
      }
      if (args.length > 0) {
        try {
          Loompoll.registerMXBean();
          System.out.println("registered");
        } catch (IllegalStateException e) {
          System.out.println(e.getMessage());
        }
      }
    }
  }

  static String run(List<String> options, String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-D" + Engine.FORCE_FALLBACK + "=" + Boolean.getBoolean(Engine.FORCE_FALLBACK));
    command.addAll(options);
    command.addAll(List.of("-cp", home(Conn.class) + File.pathSeparator + home(Program.class)));
    command.add(Program.class.getName());
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return output;
  }

  private static String home(Class<?> c) throws Exception {
    return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  @Test
  void neitherIsLoadedAtStart() throws Exception {
    String output = run(List.of("-Xlog:class+load"));
    assertTrue(output.contains("read 42"), output);
    assertTrue(output.contains(" dev.loompoll.internal.jfr.ReadEvent "), output);
    assertFalse(output.contains(" javax.management."), "JMX");
    assertFalse(output.contains(" jdk.jfr.internal.MetadataRepository "), "Flight Recorder");
  }

  @Test
  void theBareRuntimeIsEnough() throws Exception {
    String output = run(List.of("--limit-modules=java.base"), "mxbean");
    assertTrue(output.contains("read 42"), output);
    assertTrue(output.contains("lacks the module java.management"), output);
  }

  @Test
  void thePropertyRegistersTheMXBean() throws Exception {
    String output = run(List.of("-Xlog:class+load", "-Dloompoll.jmx=true"));
    assertTrue(output.contains("read 42"), output);
    assertTrue(output.contains(" dev.loompoll.Management$Bean "), output);
    assertFalse(
        run(List.of("-Xlog:class+load", "-Dloompoll.jmx=false")).contains(" javax.management."));
  }

  @Test
  void anythingElseIsAnError() throws Exception {
    String output = run(List.of("-Dloompoll.jmx=yes"));
    assertFalse(output.contains("read 42"), output);
    assertTrue(output.contains("-Dloompoll.jmx=yes: not true or false"), output);
    String missing = run(List.of("-Dloompoll.jmx=true", "--limit-modules=java.base"));
    assertEquals(1, missing.split("lacks the module java.management", -1).length - 1, missing);
  }
}
