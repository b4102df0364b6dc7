package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.fail;

import dev.loompoll.internal.net.Engine;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs that these tests need installed. One that is missing fails the test. */
final class Tools {
  static final long LIMIT_SECONDS = 60;

  /** Whether this run of the tests is to do without our scheduler; children are told too. */
  static final boolean FALLBACK = Boolean.getBoolean(Engine.FORCE_FALLBACK);

  /** What a program said, on both of its outputs, and how it ended. */
  record Ended(int status, String out) {
    void check() {
      if (status != 0) {
        fail("exit status " + status + "\n" + out);
      }
    }
  }

  private Tools() {}

  /** The program's name, if it can be run. */
  static String require(String program, String debianPackage) {
    for (String dir : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(dir, program))) {
        return program;
      }
    }
    return fail("needs " + program + ": apt-get install " + debianPackage);
  }

  /** Runs a program to its end, with the file as its input. */
  static Ended run(long limitSeconds, Path in, String... command) throws IOException {
    return run(limitSeconds, in, Map.of(), command);
  }

  static Ended run(long limitSeconds, Path in, Map<String, String> environment, String... command)
      throws IOException {
    Path out = Files.createTempFile("out", null);
    try {
      Process process = start(in, out, environment, command);
      try {
        if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          fail(
              String.join(" ", command)
                  + ": still runs after "
                  + limitSeconds
                  + " s\n"
                  + text(out));
        }
      } catch (InterruptedException e) {
        throw new AssertionError("the test's time is over: " + text(out), e);
      } finally {
        process.destroyForcibly();
      }
      return new Ended(process.exitValue(), text(out));
    } finally {
      Files.delete(out);
    }
  }

  private static Process start(
      Path in, Path out, Map<String, String> environment, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectInput(in.toFile()).redirectErrorStream(true).redirectOutput(out.toFile());
    return builder.start();
  }

  /** Byte for byte: what was sent can be compared with what came. */
  static String text(Path file) throws IOException {
    return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
