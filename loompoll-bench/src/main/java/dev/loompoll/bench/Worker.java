package dev.loompoll.bench;

import dev.loompoll.bench.sched.WorkMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A process that does one piece of work after another, see {@link WorkMain}. */
final class Worker implements AutoCloseable {
  /**
   * Room for a million goroutines between two collections, which come before each piece of work and
   * in none: what one costs depends on how many goroutines it happens to find alive, and so on the
   * size of the young generation more than on anybody's scheduler. Nor is the kernel to be seen at
   * making pages ready.
   */
  private static final List<String> JVM =
      List.of("-XX:+UseParallelGC", "-Xms4g", "-Xmx4g", "-Xmn3g", "-XX:+AlwaysPreTouch");

  private final String name;
  private final Process process;
  private final BufferedReader answers;

  private Worker(String name, Process process) {
    this.name = name;
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts one.
   *
   * @param scheduler {@code loompoll}, {@code jdk} or {@code pool}
   */
  static Worker start(String scheduler, int procs) throws IOException {
    List<String> words = new ArrayList<>(Jvm.command(JVM));
    words.add("--enable-native-access=ALL-UNNAMED");
    if (scheduler.equals("loompoll")) {
      words.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    }
    words.add("-Dloompoll.procs=" + procs);
    words.add("-Djdk.virtualThreadScheduler.parallelism=" + procs);
    words.add(WorkMain.class.getName());
    words.add(scheduler);
    words.add(Integer.toString(procs));
    Process process = new ProcessBuilder(words).redirectError(Redirect.INHERIT).start();
    Children.add(process);
    Worker worker = new Worker(scheduler, process);
    if (!"ready".equals(worker.answers.readLine())) {
      worker.close();
      throw new CannotStartException(scheduler + " did not start");
    }
    return worker;
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  /** Has a piece of work done; returns what the process tells about it. */
  Map<String, Long> work(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    String answer = answers.readLine();
    if (answer == null || !answer.startsWith("done")) {
      throw new IOException(name + ", asked for " + line + ", said " + answer);
    }
    Map<String, Long> found = new LinkedHashMap<>();
    for (String word : answer.substring("done".length()).strip().split(" ")) {
      int eq = word.indexOf('=');
      found.put(word.substring(0, eq), Long.parseLong(word.substring(eq + 1)));
    }
    return found;
  }

  @Override
  public void close() {
    Children.end(process);
  }
}
