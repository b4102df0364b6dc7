package dev.loompoll.server.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.loompoll.Conn;
import dev.loompoll.server.Codecs;
import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Reply;
import dev.loompoll.server.Server;
import dev.loompoll.server.ServerStats;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A process that echoes lines, and can use up its own descriptors. Its arguments: the name of a
 * {@link Model}, and whether the handler gets the connection itself. Started by {@link
 * LimitedProcess}, which it answers line by line.
 */
final class LimitedServer {
  /** The handler throws at it. */
  static final String FAIL = "fail";

  static final int MAX_LINE = 100;

  private static final Duration LONG = Duration.ofHours(1);

  private static final Queue<Throwable> FAILURES = new ConcurrentLinkedQueue<>();

  /** What keeps descriptors from the server. */
  private static final Deque<FileInputStream> TAKEN = new ArrayDeque<>();

  private LimitedServer() {}

  public static void main(String[] args) throws Exception {
    take(); // loads what is needed for that
    free();
    Server server = start(Model.valueOf(args[0]), Boolean.parseBoolean(args[1]));
    System.out.println(server.address().getPort());
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String command; (command = in.readLine()) != null; ) {
      System.out.println(answer(server, command));
    }
    System.exit(1); // nobody has asked for the end, but the parent is gone
  }

  private static String answer(Server server, String command) throws Exception {
    switch (command) {
      case "take":
        take();
        return "ok";
      case "give one":
        TAKEN.pop().close();
        return "ok";
      case "free":
        free();
        return "ok";
      case "failures":
        return FAILURES.toString().replace('\n', ' ');
      case "drain":
        server.drain(LONG);
        System.out.println("drained");
        System.exit(0);
        throw new AssertionError();
      default:
        return stat(server.stats(), command);
    }
  }

  private static String stat(ServerStats stats, String name) {
    long value =
        switch (name) {
          case "open" -> stats.open();
          case "accepted" -> stats.accepted();
          default -> stats.refused().get(Refused.valueOf(name));
        };
    return "" + value;
  }

  /** All descriptors that there are. */
  private static void take() {
    try {
      while (true) {
        TAKEN.push(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      // that was all
    }
  }

  private static void free() throws IOException {
    while (!TAKEN.isEmpty()) {
      TAKEN.pop().close();
    }
  }

  private static Server start(Model model, boolean raw) throws IOException {
    Server.Builder<?, ?> builder =
        raw
            ? Server.builder().connHandler(LimitedServer::echo)
            : Server.builder().handler(Codecs.lines(MAX_LINE), LimitedServer::echo);
    return builder
        .listen("tcp", "127.0.0.1:0")
        .model(model)
        .limits(limits())
        .onFailure(FAILURES::add)
        .start();
  }

  /** Only descriptors are short, on a slow machine, too. */
  private static Limits limits() {
    return Limits.builder()
        .hardLimit(10_000)
        .limiter(Limiter.fixed(10_000))
        .queue(10_000)
        .target(LONG)
        .interval(LONG)
        .headerTimeout(LONG)
        .idleTimeout(LONG)
        .minRate(0, LONG)
        .writeStall(LONG)
        .heapWatermark(0.99)
        .build();
  }

  private static void echo(String line, Reply<String> reply) throws IOException {
    if (line.equals(FAIL)) {
      throw new IllegalStateException("was asked to fail");
    }
    reply.send(line);
  }

  private static void echo(Conn conn) throws IOException {
    byte[] buffer = new byte[1024];
    for (int n; (n = conn.read(buffer)) > 0; ) {
      conn.write(buffer, 0, n);
    }
  }
}
