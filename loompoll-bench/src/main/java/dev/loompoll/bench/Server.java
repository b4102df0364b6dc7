package dev.loompoll.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A contestant's process, up and listening. */
public final class Server implements AutoCloseable {
  private static final String LISTENING = "listening on ";
  private static final String TURN = "turn ";
  private static final String COLLECTED = "collected";
  private static final String STATS = "stats ";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A line of {@code -Xlog:safepoint}. */
  private static final Pattern SAFEPOINT = Pattern.compile("Reaching safepoint: (\\d+) ns");

  private static final TypeReference<Map<String, Long>> FIGURES = new TypeReference<>() {};

  private static final int START_SECONDS = 30;
  private static final int TURN_SECONDS = 10;
  private static final int COLLECT_SECONDS = 60;
  private static final int STATS_SECONDS = 20;
  private static final int OUTPUT_KEPT = 20_000;

  private final Contestant contestant;
  private final Process process;
  private final CompletableFuture<String> address = new CompletableFuture<>();
  private final StringBuilder output = new StringBuilder(); // guarded by itself
  private final BlockingQueue<Map<String, Long>> turns = new LinkedBlockingQueue<>();
  private final BlockingQueue<Map<String, Long>> collections = new LinkedBlockingQueue<>();
  private final BlockingQueue<Map<String, Long>> stats = new LinkedBlockingQueue<>();
  private final Queue<Long> safepoints = new ConcurrentLinkedQueue<>();

  private Server(Contestant contestant, Process process) {
    this.contestant = contestant;
    this.process = process;
  }

  /** Starts it, on processor {@code cpu} if that is not negative, and waits until it listens. */
  public static Server start(Contestant contestant, Launch launch, int cpu) throws IOException {
    return start(contestant, launch, cpu, true);
  }

  /**
   * Starts it.
   *
   * @param deaf whether it hears no signals, as it should unless they are what is tried
   */
  public static Server start(Contestant contestant, Launch launch, int cpu, boolean deaf)
      throws IOException {
    Contestant.Command command = contestant.starter().command(launch);
    List<String> words = Cpus.on(cpu, command.words());
    ProcessBuilder builder =
        new ProcessBuilder(deaf ? Children.deaf(words) : words).redirectErrorStream(true);
    builder.directory(new File("/"));
    builder.environment().putAll(command.environment());
    Process process = builder.start();
    Children.add(process);
    Server server = new Server(contestant, process);
    Thread.ofPlatform().daemon().name(contestant.name() + "-output").start(server::read);
    try {
      server.address.get(START_SECONDS, TimeUnit.SECONDS);
      return server;
    } catch (ExecutionException e) {
      throw server.cannotStart("it ended before it listened");
    } catch (TimeoutException e) {
      throw server.cannotStart("not listening within " + START_SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw server.cannotStart("interrupted");
    }
  }

  private CannotStartException cannotStart(String why) {
    close();
    return new CannotStartException(why + "; it said:\n" + output().indent(4).stripTrailing());
  }

  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = in.readLine()) != null; ) {
        if (line.startsWith(LISTENING)) {
          address.complete(line.substring(LISTENING.length()).strip());
          continue;
        }
        if (line.startsWith(TURN)) {
          turns.add(words(line.substring(TURN.length())));
          continue;
        }
        if (line.startsWith(COLLECTED)) {
          collections.add(words(line.substring(COLLECTED.length())));
          continue;
        }
        if (line.startsWith(STATS)) {
          stats.add(JSON.readValue(line.substring(STATS.length()), FIGURES));
          continue;
        }
        Matcher safepoint = SAFEPOINT.matcher(line);
        if (safepoint.find()) {
          safepoints.add(Long.parseLong(safepoint.group(1)));
          continue;
        }
        synchronized (output) {
          if (output.length() < OUTPUT_KEPT) {
            output.append(line).append('\n');
          }
        }
      }
    } catch (IOException e) {
      // it was stopped
    }
    address.completeExceptionally(new IOException("ended"));
  }

  private static Map<String, Long> words(String text) {
    Map<String, Long> found = new LinkedHashMap<>();
    for (String word : text.strip().split(" +")) {
      int eq = word.indexOf('=');
      if (eq > 0) {
        found.put(word.substring(0, eq), Long.parseLong(word.substring(eq + 1)));
      }
    }
    return found;
  }

  public Contestant contestant() {
    return contestant;
  }

  public String name() {
    return contestant.name();
  }

  public String host() {
    String a = address.join();
    return a.substring(0, a.lastIndexOf(':'));
  }

  public int port() {
    String a = address.join();
    return Integer.parseInt(a.substring(a.lastIndexOf(':') + 1));
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** What it printed beside its address. */
  public String output() {
    synchronized (output) {
      return output.toString();
    }
  }

  /** Lets its hogs loose. */
  public void burn() throws IOException {
    tell("burn");
  }

  /** Stops them; returns what the server says of the turn. */
  public Map<String, Long> rest() throws IOException {
    tell("rest");
    return answer(turns, TURN_SECONDS, "its hogs do not rest");
  }

  /**
   * A full collection, where there is a heap to collect.
   *
   * @return bytes of the heap that are in use after it; empty for a contestant without one
   */
  public OptionalLong collect() throws IOException {
    tell("collect");
    Long heap = answer(collections, COLLECT_SECONDS, "it does not collect").get("heapBytes");
    return heap == null ? OptionalLong.empty() : OptionalLong.of(heap);
  }

  /** What it has counted, for those of the overload experiments. */
  public Map<String, Long> stats() throws IOException {
    tell("stats");
    return answer(stats, STATS_SECONDS, "it does not say what it has counted");
  }

  /** What it has counted, when it ends; waits for that. */
  public Map<String, Long> lastStats(int seconds) throws IOException {
    return answer(stats, seconds, "it does not end");
  }

  /** SIGTERM, for one that is not deaf. */
  public void terminate() {
    boolean unused = process.toHandle().destroy();
  }

  /** Whether it has ended within the time. */
  public boolean awaitEnd(int seconds) throws IOException {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static Map<String, Long> answer(
      BlockingQueue<Map<String, Long>> answers, int seconds, String otherwise) throws IOException {
    try {
      Map<String, Long> answer = answers.poll(seconds, TimeUnit.SECONDS);
      if (answer == null) {
        throw new IOException(otherwise);
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** How long it took to reach each safepoint since this was asked last, in nanoseconds. */
  public List<Long> safepoints() {
    List<Long> all = new ArrayList<>();
    for (Long nanos; (nanos = safepoints.poll()) != null; ) {
      all.add(nanos);
    }
    return all;
  }

  private void tell(String word) throws IOException {
    process.getOutputStream().write((word + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  @Override
  public void close() {
    Children.end(process);
  }
}
