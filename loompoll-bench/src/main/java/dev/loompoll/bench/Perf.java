package dev.loompoll.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Instructions of a server process, user and kernel apart, by {@code perf stat}. Many virtual
 * machines have no counters: there {@link #works} is false, and the report says so.
 */
public final class Perf implements AutoCloseable {
  private static final String USER = "instructions:u";
  private static final String KERNEL = "instructions:k";

  /** Per echo. */
  public record Instructions(double user, double kernel) {}

  private static final class Probe {
    static final String WHY_NOT = whyNot();

    private static String whyNot() {
      if (!Tools.has("perf")) {
        return "no perf on the PATH";
      }
      Tools.Output output =
          Tools.run(List.of("perf", "stat", "-x", ",", "-e", USER + "," + KERNEL, "true"));
      if (output.status() != 0 || count(output.text(), USER) < 0) {
        return "perf cannot count instructions on this machine";
      }
      return "";
    }
  }

  private final Process process;

  private Perf(Process process) {
    this.process = process;
  }

  public static boolean works() {
    return Probe.WHY_NOT.isEmpty();
  }

  public static String whyNot() {
    return Probe.WHY_NOT;
  }

  /** Begins to count all threads of a process. */
  public static Perf attach(long pid) throws IOException {
    Process process =
        new ProcessBuilder(
                "perf", "stat", "-x", ",", "-e", USER + "," + KERNEL, "-p", Long.toString(pid))
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    Children.add(process);
    try {
      // it says nothing when it is ready; a server that waits executes nothing meanwhile
      TimeUnit.MILLISECONDS.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Perf(process);
  }

  /** Ends counting: the figures for each of {@code echoes}. */
  public Instructions finish(long echoes) throws IOException {
    Tools.run(List.of("kill", "-INT", Long.toString(process.pid())));
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    long user = count(text, USER);
    long kernel = count(text, KERNEL);
    if (user < 0 || kernel < 0 || echoes == 0) {
      throw new IOException("perf: " + text);
    }
    return new Instructions((double) user / echoes, (double) kernel / echoes);
  }

  /** From a line such as {@code 123456,,instructions:u,...}; -1 if it was not counted. */
  static long count(String text, String event) {
    for (String line : text.split("\n")) {
      String[] fields = line.split(",");
      if (fields.length > 2 && fields[2].toLowerCase(Locale.ROOT).equals(event)) {
        try {
          return Long.parseLong(fields[0]);
        } catch (NumberFormatException e) {
          return -1; // <not supported>, <not counted>
        }
      }
    }
    return -1;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Children.remove(process);
  }
}
