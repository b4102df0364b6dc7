package dev.loompoll.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the system calls of a process, all threads, while it is attached. */
final class Strace implements AutoCloseable {
  private final Process process;
  private final Path summary;

  private Strace(Process process, Path summary) {
    this.process = process;
    this.summary = summary;
  }

  static Strace attach(long pid) throws IOException {
    if (!Tools.has("strace")) {
      throw new IOException("no strace on the PATH");
    }
    Path summary = Files.createTempFile(Work.directory(), "strace", ".txt");
    Process process =
        new ProcessBuilder(
                "strace",
                "-f",
                "-c",
                "-U",
                "name,calls",
                "-o",
                summary.toString(),
                "-p",
                Long.toString(pid))
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    Children.add(process);
    StringBuilder said = new StringBuilder();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      if (line.contains(" attached")) {
        Thread.ofPlatform().daemon().name("strace-output").start(() -> discard(in));
        return new Strace(process, summary);
      }
      said.append(line).append('\n');
    }
    throw new IOException("strace cannot attach:\n" + said);
  }

  /** What it says about threads that come and go; with nobody to read that, it would stop. */
  private static void discard(BufferedReader in) {
    try (in) {
      while (in.readLine() != null) {
        // not of interest
      }
    } catch (IOException e) {
      // it has ended
    }
  }

  /** Calls by name. */
  Map<String, Long> finish() throws IOException {
    Tools.run(List.of("kill", "-INT", Long.toString(process.pid())));
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return parse(Files.readAllLines(summary));
  }

  /** Lines of a name and a number; the rest is decoration. */
  static Map<String, Long> parse(List<String> lines) {
    Map<String, Long> calls = new TreeMap<>();
    for (String line : lines) {
      String[] words = line.strip().split("\\s+");
      if (words.length == 2 && words[1].matches("\\d+") && !words[0].equals("total")) {
        calls.put(words[0], Long.parseLong(words[1]));
      }
    }
    return calls;
  }

  @Override
  public void close() {
    process.destroy(); // not forcibly: it has to let go of the process first
    Children.remove(process);
  }
}
