package dev.loompoll.server.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.Conn;
import dev.loompoll.server.Codec;
import dev.loompoll.server.Codecs;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Reply;
import dev.loompoll.server.Server;
import dev.loompoll.server.Workers;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * A server under test. Its limits are so wide that a slow machine does not run into them; what they
 * do when they are reached is not the models' matter.
 */
final class TestServer implements AutoCloseable {
  /** Handlers that may run, and wait, at once, under the models that have workers. */
  static final int WORKERS = 4;

  private static final int MAX_FRAME = 1024;

  final Server server;

  /** What {@code onFailure} was told. */
  final Queue<Throwable> failures;

  private TestServer(Server server, Queue<Throwable> failures) {
    this.server = server;
    this.failures = failures;
  }

  /** Everything comes back. */
  static TestServer echo(Variant variant) throws IOException {
    Server.Builder<?, ?> builder =
        variant.raw()
            ? Server.builder().connHandler(TestServer::echo)
            : Server.builder().handler(Codecs.bytes(), Handler.answering(b -> b));
    return start(variant.model(), builder.listen("tcp", "127.0.0.1:0"));
  }

  private static void echo(Conn conn) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    for (int n; (n = conn.read(buffer)) > 0; ) {
      conn.write(buffer, 0, n);
    }
  }

  /** A handler of text in frames with a length of four bytes, at most 1 KiB each. */
  static TestServer frames(Model model, Handler<String, String> handler) throws IOException {
    return frames(model, () -> handler);
  }

  /** A handler of its own for each connection. */
  static TestServer frames(Model model, Supplier<Handler<String, String>> handlers)
      throws IOException {
    return start(model, Server.builder().handlers(TEXT, handlers).listen("tcp", "127.0.0.1:0"));
  }

  static TestServer start(Model model, Server.Builder<?, ?> builder) throws IOException {
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Server server =
        builder
            .model(model)
            .workers(Workers.threads(WORKERS))
            .limits(wide())
            .onFailure(failures::add)
            .start();
    return new TestServer(server, failures);
  }

  private static Limits wide() {
    return Limits.builder()
        .limiter(Limiter.fixed(10_000))
        .queue(10_000)
        .target(Duration.ofMinutes(1))
        .interval(Duration.ofMinutes(1))
        .headerTimeout(Duration.ofMinutes(5))
        .idleTimeout(Duration.ofMinutes(5))
        .minRate(0, Duration.ofMinutes(5))
        .writeStall(Duration.ofMinutes(5))
        .heapWatermark(0.99)
        .build();
  }

  Client connect() throws IOException {
    return new Client(server.address());
  }

  long refused(Refused why) {
    return server.stats().refused().get(why);
  }

  void awaitOpen(int n) throws Exception {
    Await.until(n + " connections are open", () -> server.stats().open() == n);
  }

  /** The client may have an answer before its request counts as answered. */
  void awaitAnswered(int n) throws Exception {
    Await.until(n + " requests are answered", () -> server.stats().answered() >= n);
    assertThat(server.stats().answered()).isEqualTo(n);
  }

  /** It serves on as if nothing had happened. */
  void expectServing() throws IOException {
    try (Client client = connect()) {
      client.smallEcho("still there?".getBytes(UTF_8));
    }
  }

  /** Until nothing listens at its address any more: a drain has begun. */
  void awaitNoListener() throws Exception {
    Await.until("nothing listens", this::mayBind);
  }

  /** Asked so and not by connecting, which would be one more connection to drain. */
  private boolean mayBind() throws IOException {
    try (ServerSocket other = new ServerSocket()) {
      other.setReuseAddress(true);
      other.bind(server.address());
      return true;
    } catch (BindException e) {
      return false;
    }
  }

  /**
   * Closes it; no connection is left, and none died of what was the server's own doing. A handler
   * whose connection was closed by force may end later.
   */
  @Override
  public void close() throws Exception {
    server.close();
    assertThat(server.stats().open()).as("connections after close").isZero();
    Await.until("no request is in flight after close", () -> server.stats().inFlight() == 0);
    assertThat(server.stats().queued()).as("requests queued after close").isZero();
    assertThat(failures).as("told to onFailure").isEmpty();
    Map<Refused, Long> refused = new EnumMap<>(server.stats().refused());
    refused.keySet().removeAll(EnumSet.of(Refused.MALFORMED, Refused.TOO_LARGE));
    assertThat(refused.values()).as("refused: " + refused).containsOnly(0L);
  }

  private static final Codec<byte[], byte[]> FRAMES = Codecs.lengthPrefixed(4, MAX_FRAME);

  /** Frames of UTF-8. */
  private static final Codec<String, String> TEXT =
      new Codec<>() {
        @Override
        public Decoder<String> newDecoder() {
          Decoder<byte[]> frames = FRAMES.newDecoder();
          return in -> {
            byte[] frame = frames.decode(in);
            return frame == null ? null : new String(frame, UTF_8);
          };
        }

        @Override
        public java.nio.ByteBuffer encode(String response) {
          return FRAMES.encode(response.getBytes(UTF_8));
        }
      };

  /** Answers each request by itself. */
  static void same(String request, Reply<String> reply) throws IOException {
    reply.send(request);
  }
}
