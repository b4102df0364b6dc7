package dev.loompoll.bench;

import dev.loompoll.bench.load.LoadMain;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator's process, and the lines that go to it and come back. */
final class Generator implements AutoCloseable {
  private static final Pattern NUMBER = Pattern.compile("\"(\\w+)\":(-?\\d+)");
  private static final Pattern ERROR = Pattern.compile("\\{\"error\":\"(.*)\"}");

  private final Process process;
  private final BufferedWriter to;
  private final BufferedReader from;

  private Generator(Process process) {
    this.process = process;
    to =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts it.
   *
   * @param first whether it goes before everybody else, as it must beside hogs; where the system
   *     does not allow that, it goes as all do
   */
  static Generator start(int cpu, boolean first) throws IOException {
    List<String> words = new ArrayList<>(first ? List.of("nice", "-n", "-20") : List.of());
    words.addAll(Jvm.command(List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx256m")));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add(LoadMain.class.getName());
    Process process =
        new ProcessBuilder(Cpus.on(cpu, words))
            .directory(new File("/"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Children.add(process);
    return new Generator(process);
  }

  void open(String name, String host, int port, int connections, int size) throws IOException {
    ask("open %s %s %d %d %d".formatted(name, host, port, connections, size));
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** {@code count} echoes on every connection, {@code millis} at most. */
  Sample echoes(String name, int count, long millis) throws IOException {
    return run(name, millis, count, 0, 0, false);
  }

  /**
   * As many echoes as fit in the time.
   *
   * @param thinkMicros pause of a connection between a reply and its next message
   * @param flooders how many connections send without waiting for replies
   * @param sleeps whether it sleeps while there is nothing to do
   */
  Sample pingPong(String name, long millis, long thinkMicros, int flooders, boolean sleeps)
      throws IOException {
    return run(name, millis, 0, thinkMicros, flooders, sleeps);
  }

  private Sample run(
      String name, long millis, int count, long thinkMicros, int flooders, boolean sleeps)
      throws IOException {
    return Sample.of(
        ask(
            "run %s %d %d %d %d%s"
                .formatted(name, millis, count, thinkMicros, flooders, sleeps ? " sleeping" : "")));
  }

  void closeConnections(String name) throws IOException {
    ask("close " + name);
  }

  private Map<String, Long> ask(String line) throws IOException {
    to.write(line);
    to.newLine();
    to.flush();
    String answer = from.readLine();
    if (answer == null) {
      throw new IOException("the load generator is gone");
    }
    Matcher error = ERROR.matcher(answer);
    if (error.matches()) {
      throw new IOException("load generator: " + error.group(1));
    }
    Map<String, Long> numbers = new HashMap<>();
    for (Matcher m = NUMBER.matcher(answer); m.find(); ) {
      numbers.put(m.group(1), Long.parseLong(m.group(2)));
    }
    return numbers;
  }

  @Override
  public void close() {
    Children.end(process);
  }
}
