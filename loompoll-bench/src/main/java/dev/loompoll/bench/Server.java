package dev.loompoll.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
final class Server implements AutoCloseable {
  private static final String LISTENING = "listening on ";
  private static final String TURN = "turn ";

  /** A line of {@code -Xlog:safepoint}. */
  private static final Pattern SAFEPOINT = Pattern.compile("Reaching safepoint: (\\d+) ns");

  private static final int START_SECONDS = 30;
  private static final int TURN_SECONDS = 10;
  private static final int OUTPUT_KEPT = 20_000;

  private final Contestant contestant;
  private final Process process;
  private final CompletableFuture<String> address = new CompletableFuture<>();
  private final StringBuilder output = new StringBuilder(); // guarded by itself
  private final BlockingQueue<Map<String, Long>> turns = new LinkedBlockingQueue<>();
  private final Queue<Long> safepoints = new ConcurrentLinkedQueue<>();

  private Server(Contestant contestant, Process process) {
    this.contestant = contestant;
    this.process = process;
  }

  /** Starts it, on processor {@code cpu} if that is not negative, and waits until it listens. */
  static Server start(Contestant contestant, Launch launch, int cpu) throws IOException {
    Contestant.Command command = contestant.starter().command(launch);
    ProcessBuilder builder =
        new ProcessBuilder(Cpus.on(cpu, command.words())).redirectErrorStream(true);
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

  Contestant contestant() {
    return contestant;
  }

  String name() {
    return contestant.name();
  }

  String host() {
    String a = address.join();
    return a.substring(0, a.lastIndexOf(':'));
  }

  int port() {
    String a = address.join();
    return Integer.parseInt(a.substring(a.lastIndexOf(':') + 1));
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** What it printed beside its address. */
  String output() {
    synchronized (output) {
      return output.toString();
    }
  }

  /** Lets its hogs loose. */
  void burn() throws IOException {
    tell("burn");
  }

  /** Stops them; returns what the server says of the turn. */
  Map<String, Long> rest() throws IOException {
    tell("rest");
    try {
      Map<String, Long> turn = turns.poll(TURN_SECONDS, TimeUnit.SECONDS);
      if (turn == null) {
        throw new IOException("its hogs do not rest");
      }
      return turn;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** How long it took to reach each safepoint since this was asked last, in nanoseconds. */
  List<Long> safepoints() {
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
