package dev.loompoll.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes system calls of a process fail, as long as it is attached. */
final class Strace implements AutoCloseable {
  private final Process process;
  private final Path log;

  private Strace(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * @param when of each thread's calls, as strace understands it: {@code 1}, {@code 1..3}
   */
  static Strace attach(Child child, String call, String error, String when) throws IOException {
    Path log = Files.createTempFile("strace", ".log");
    Process process =
        new ProcessBuilder(
                "strace",
                "-f",
                "-o",
                log.toString(),
                "-e",
                "trace=" + call,
                "-e",
                "inject=" + call + ":error=" + error + ":when=" + when,
                "-p",
                Long.toString(child.pid()))
            .redirectErrorStream(true)
            .start();
    BufferedReader said = process.inputReader();
    String line = said.readLine();
    if (line == null || !line.contains("attached")) {
      process.destroyForcibly();
      throw new IOException("strace says " + line);
    }
    return new Strace(process, log);
  }

  /** Detaches; says how many calls failed because of it. */
  long injected() throws IOException, InterruptedException {
    process.destroy();
    process.waitFor();
    return Files.readAllLines(log).stream().filter(line -> line.contains("(INJECTED)")).count();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(log);
  }
}
