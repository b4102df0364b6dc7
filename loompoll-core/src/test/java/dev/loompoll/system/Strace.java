package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Watches the system calls of all threads of a child, or makes some fail. It counts calls, for
 * {@code when=}, by thread.
 */
final class Strace implements AutoCloseable {
  /** One epoll watches another, or no longer: sysmon's, where a P computes. No connection's. */
  private static final Pattern COVER = Pattern.compile("EPOLL_CTL_DEL|=18446744073709551614\\b");

  private final Process process;
  private final Path log;
  private final Path err;

  private Strace(Process process, Path log, Path err) {
    this.process = process;
    this.log = log;
    this.err = err;
  }

  /** From now on the call fails, where {@code when} says so: see strace(1). */
  static Strace inject(Child child, String call, String errno, String when) throws IOException {
    return attach(
        child, "-e", "trace=" + call, "-e", "inject=" + call + ":error=" + errno + ":when=" + when);
  }

  /** Only watches. */
  static Strace watch(Child child, String calls) throws IOException {
    return attach(child, "-e", "trace=" + calls);
  }

  private static Strace attach(Child child, String... options) throws IOException {
    Path log = Files.createTempFile("strace", ".log");
    Path err = Files.createTempFile("strace", ".err");
    List<String> command =
        new ArrayList<>(
            List.of(Tools.require("strace", "strace"), "-f", "-qq", "-e", "signal=none", "-o"));
    command.add(log.toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-p", Long.toString(child.pid())));
    ProcessBuilder builder = new ProcessBuilder(command);
    Process process = builder.redirectErrorStream(true).redirectOutput(err.toFile()).start();
    Strace strace = new Strace(process, log, err);
    try {
      Await.until("strace has all threads", () -> strace.hasAllThreadsOf(child));
    } catch (Throwable t) {
      strace.close();
      throw t;
    }
    return strace;
  }

  private boolean hasAllThreadsOf(Child child) {
    try {
      assertTrue(process.isAlive(), () -> "strace could not attach: " + text(err));
      String traced = "TracerPid:\t" + process.pid();
      try (DirectoryStream<Path> tasks =
          Files.newDirectoryStream(Path.of("/proc/" + child.pid() + "/task"))) {
        for (Path task : tasks) {
          try {
            if (!Files.readAllLines(task.resolve("status")).contains(traced)) {
              return false;
            }
          } catch (NoSuchFileException e) {
            // ended meanwhile
          }
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Tools.text(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets go of the child, which goes on alone. */
  void detach() {
    process.destroy();
    try {
      assertTrue(process.waitFor(Tools.LIMIT_SECONDS, TimeUnit.SECONDS), "strace does not let go");
    } catch (InterruptedException e) {
      throw new AssertionError("the test's time is over", e);
    }
  }

  /** How often the call was made; after {@link #detach}. */
  int calls(String name) {
    return count(Pattern.compile("^\\d+ +" + name + "\\("));
  }

  /** How many calls were made to fail; after {@link #detach}. */
  int injected() {
    return count(Pattern.compile("\\(INJECTED\\)"));
  }

  private int count(Pattern pattern) {
    return (int)
        log()
            .lines()
            .filter(line -> pattern.matcher(line).find() && !COVER.matcher(line).find())
            .count();
  }

  /** What it wrote; after {@link #detach}. */
  String log() {
    assertTrue(!process.isAlive(), "detach first");
    return text(log);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(Tools.LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Files.delete(log);
    Files.delete(err);
  }
}
