package dev.loompoll.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loompoll.bench.load.LoadMain;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The load generator's process, and the lines that go to it and come back. */
public final class Generator implements AutoCloseable {
  /** How long replies are awaited after a slice, at most, unless told otherwise. */
  private static final long DRAIN_MILLIS = 5000;

  /** Shorter after short slices: as many times as long as they. */
  private static final long DRAIN_FACTOR = 20;

  private static final ObjectMapper JSON = new ObjectMapper();

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
  public static Generator start(int cpu, boolean first) throws IOException {
    List<String> words = new ArrayList<>(first ? List.of("nice", "-n", "-20") : List.of());
    words.addAll(
        Jvm.command(
            List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx256m"),
            List.of("org/HdrHistogram/Histogram.class")));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add(LoadMain.class.getName());
    Process process =
        new ProcessBuilder(Children.deaf(Cpus.on(cpu, words)))
            .directory(new File("/"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Children.add(process);
    return new Generator(process);
  }

  static long drainMillis(long sliceMillis) {
    return Math.min(DRAIN_MILLIS, DRAIN_FACTOR * sliceMillis);
  }

  /** Connections for {@link #pingPong} and {@link #echoes}. */
  public void open(String name, String host, int port, int connections, int size)
      throws IOException {
    ask("open %s %s %d %d %d".formatted(name, host, port, connections, size));
  }

  /** Connections for all other kinds of load. */
  public void lanes(String name, String host, int port, int connections, int size)
      throws IOException {
    ask("lanes %s %s %d %d %d".formatted(name, host, port, connections, size));
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** {@code count} echoes on every connection, {@code millis} at most. */
  public Sample echoes(String name, int count, long millis) throws IOException {
    return run(name, millis, count, 0, 0, DRAIN_MILLIS, false);
  }

  /** As many echoes as fit in the time. */
  public Sample pingPong(String name, long millis) throws IOException {
    return pingPong(name, millis, drainMillis(millis));
  }

  /** As many echoes as fit in the time; replies are awaited for {@code drainMillis} after it. */
  public Sample pingPong(String name, long millis, long drainMillis) throws IOException {
    return run(name, millis, 0, 0, 0, drainMillis, false);
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
    return run(name, millis, 0, thinkMicros, flooders, DRAIN_MILLIS, sleeps);
  }

  private Sample run(
      String name,
      long millis,
      int count,
      long thinkMicros,
      int flooders,
      long drainMillis,
      boolean sleeps)
      throws IOException {
    return Sample.of(
        ask(
            "run %s %d %d %d %d %d%s"
                .formatted(
                    name,
                    millis,
                    count,
                    thinkMicros,
                    flooders,
                    drainMillis,
                    sleeps ? " sleeping" : "")));
  }

  /** {@code depth} messages in flight on each lane, sent together. */
  public Sample pipelined(String name, long millis, int depth) throws IOException {
    return onLanes("pipelined", name, millis, depth);
  }

  /** Writes of {@code chunk} bytes both ways; counts bytes. */
  public Sample streaming(String name, long millis, int chunk) throws IOException {
    return onLanes("streaming", name, millis, chunk);
  }

  /** Open loop: so many messages a second over all lanes, latencies from when each was due. */
  public Sample fixedRate(String name, long millis, long perSecond) throws IOException {
    return onLanes("fixed-rate", name, millis, perSecond);
  }

  /** On each lane connect, {@code requests} echoes, close, and again; counts echoes. */
  public Sample churn(String name, long millis, int requests) throws IOException {
    return onLanes("churn", name, millis, requests);
  }

  private Sample onLanes(String kind, String name, long millis, long number) throws IOException {
    return Sample.of(
        ask("%s %s %d %d %d".formatted(kind, name, millis, drainMillis(millis), number)));
  }

  /** HTTP requests to a server whose answers have {@code answerBytes}. */
  public Sample http(String host, int port, int connections, int answerBytes, long millis)
      throws IOException {
    return Sample.of(
        ask("http %s %d %d %d %d".formatted(host, port, connections, answerBytes, millis)));
  }

  /** Any command of the load generator's, and its answer as a record that has its parts. */
  public <T> T ask(String line, Class<T> answer) throws IOException {
    return JSON.treeToValue(ask(line), answer);
  }

  public void closeConnections(String name) throws IOException {
    ask("close " + name);
  }

  private JsonNode ask(String line) throws IOException {
    String answer;
    try {
      to.write(line);
      to.newLine();
      to.flush();
      answer = from.readLine();
    } catch (IOException e) {
      throw new GoneException(e);
    }
    if (answer == null) {
      throw new GoneException(null);
    }
    JsonNode parsed = JSON.readTree(answer);
    if (parsed.has("error")) {
      throw new IOException("load generator: " + parsed.path("error").asText());
    }
    return parsed;
  }

  /** It has ended: that is no contestant's fault, and nothing can go on. */
  static final class GoneException extends IOException {
    private static final long serialVersionUID = 1;

    GoneException(@Nullable Throwable cause) {
      super("the load generator is gone", cause);
    }
  }

  @Override
  public void close() {
    Children.end(process);
  }
}
