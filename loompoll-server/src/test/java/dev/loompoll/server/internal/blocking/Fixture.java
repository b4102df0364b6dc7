package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Codec;
import dev.loompoll.server.Codecs;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Server;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A server of a blocking model on a free port, and a client's side of a connection to it. */
final class Fixture implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Frames with a length of four bytes, at most 64 KiB each. */
  static final Codec<byte[], byte[]> FRAMES = Codecs.lengthPrefixed(4, 64 * 1024);

  final Server server;
  final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private Fixture(Server.Builder<?, ?> builder, Model model, Limits.Builder limits)
      throws IOException {
    server =
        builder
            .listen("tcp", "127.0.0.1:0")
            .model(model)
            .limits(limits.build())
            .onFailure(failures::add)
            .start();
  }

  static Fixture frames(Model model, Limits.Builder limits, Handler<byte[], byte[]> handler)
      throws IOException {
    return of(model, limits, Server.builder().handler(FRAMES, handler));
  }

  static Fixture of(Model model, Limits.Builder limits, Server.Builder<?, ?> builder)
      throws IOException {
    return new Fixture(builder, model, limits);
  }

  /** So wide that a slow machine does not run into them. */
  static Limits.Builder wide() {
    return Limits.builder()
        .limiter(Limiter.fixed(10_000))
        .queue(10_000)
        .target(Duration.ofMinutes(1))
        .interval(Duration.ofMinutes(1))
        .headerTimeout(Duration.ofMinutes(5))
        .idleTimeout(Duration.ofMinutes(5))
        .minRate(0, Duration.ofMinutes(5))
        .writeStall(Duration.ofMinutes(5))
        .heapWatermark(0.99);
  }

  Peer connect() throws IOException {
    return new Peer(new Socket(server.address().getAddress(), server.address().getPort()));
  }

  long refused(Refused why) {
    return server.stats().refused().get(why);
  }

  void awaitRefused(Refused why) {
    until(why + " is counted", () -> refused(why) > 0);
    assertThat(server.stats().refused().values().stream().mapToLong(n -> n).sum())
        .as("refused, of which one " + why)
        .isEqualTo(1);
  }

  void awaitOpen(int n) {
    until(n + " connections are open", () -> server.stats().open() == n);
  }

  static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("waited in vain until " + what);
      }
      Thread.yield();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    assertThat(server.stats().open()).isZero();
    until("no request is in flight", () -> server.stats().inFlight() == 0);
  }

  /** A client of the JDK's own kind. */
  static final class Peer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    final Socket socket;
    final DataInputStream in;

    Peer(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      in = new DataInputStream(socket.getInputStream());
    }

    void send(byte... bytes) throws IOException {
      socket.getOutputStream().write(bytes);
    }

    /** In one packet. */
    void sendFrames(String... payloads) throws IOException {
      send(frames(payloads));
    }

    static byte[] frames(String... payloads) {
      java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate(64 * 1024);
      for (String payload : payloads) {
        all.put(FRAMES.encode(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      }
      return java.util.Arrays.copyOf(all.array(), all.position());
    }

    void expectFrames(String... payloads) throws IOException {
      for (String payload : payloads) {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        assertThat(frame).asString(java.nio.charset.StandardCharsets.UTF_8).isEqualTo(payload);
      }
    }

    void expectEnd() throws IOException {
      assertThat(in.read()).as("end of stream").isEqualTo(-1);
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
