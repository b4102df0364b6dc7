package dev.loompoll.testing;

import dev.loompoll.Loompoll;
import dev.loompoll.internal.net.Engine;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A main class of these tests in a JVM of its own, on the scheduler that this run of them has. */
public final class JavaProgram {
  private static final long LIMIT_SECONDS = 40;

  /** How it ended, and all that it said. */
  public record Ended(int status, String output) {}

  private JavaProgram() {}

  /** Runs it to its end; fails if that does not come. */
  public static Ended run(List<String> flags, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-D" + Engine.FORCE_FALLBACK + "=" + Boolean.getBoolean(Engine.FORCE_FALLBACK));
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Djava.util.logging.config.file=" + logging());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("program", ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(main + " does not end:\n" + Files.readString(output));
      }
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }

  private static Path logging() {
    URL file = Objects.requireNonNull(JavaProgram.class.getResource("/child-logging.properties"));
    return Path.of(URI.create(file.toString()));
  }

  /** The library and these tests, as directories. */
  private static String classPath() {
    return Stream.of(Loompoll.class, JavaProgram.class)
        .map(c -> c.getProtectionDomain().getCodeSource().getLocation().toString())
        .map(location -> Path.of(URI.create(location)).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
