package dev.loompoll.server.internal.reactor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Codecs;
import dev.loompoll.server.DrainResult;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Server;
import dev.loompoll.server.Workers;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The three event-driven models, with both kinds of workers, through the public face. */
@Timeout(120)
class ReactorModelsTest {
  enum Kind {
    REACTOR(Model.REACTOR, Workers.threads(3)),
    REACTOR_GOROUTINES(Model.REACTOR, Workers.goroutines(3)),
    CLASSIC(Model.CLASSIC, Workers.threads(3)),
    CLASSIC_GOROUTINES(Model.CLASSIC, Workers.goroutines(3)),
    LOOP(Model.LOOP, Workers.threads(1));

    final Model model;
    final Workers workers;

    Kind(Model model, Workers workers) {
      this.model = model;
      this.workers = workers;
    }
  }

  private static final Handler<byte[], byte[]> ECHO = Handler.answering(b -> b);

  private Server server;

  @AfterEach
  void close() throws Exception {
    server.close();
    assertThat(server.stats().open()).isZero();
    await("no request is in flight", () -> server.stats().inFlight() == 0);
  }

  private static Server.Builder<byte[], byte[]> builder(
      Kind kind, Handler<byte[], byte[]> handler) {
    return Server.builder()
        .listen("tcp", "127.0.0.1:0")
        .model(kind.model)
        .workers(kind.workers)
        .reactors(2)
        .handler(Codecs.lengthPrefixed(4, 1 << 20), handler);
  }

  /** So wide that a slow machine does not run into them. */
  private static Limits.Builder limits() {
    return Limits.builder()
        .limiter(Limiter.fixed(100))
        .target(Duration.ofMinutes(5))
        .interval(Duration.ofMinutes(5))
        .headerTimeout(Duration.ofMinutes(5))
        .idleTimeout(Duration.ofMinutes(5))
        .minRate(0, Duration.ofMinutes(5))
        .writeStall(Duration.ofMinutes(5));
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void send(Socket socket, String... requests) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(10_000);
    for (String request : requests) {
      byte[] bytes = request.getBytes(UTF_8);
      all.putInt(bytes.length).put(bytes);
    }
    socket.getOutputStream().write(all.array(), 0, all.position());
  }

  private static String read(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new String(bytes, UTF_8);
  }

  /** Whether it ended by a reset; what came before is thrown away. */
  private static boolean awaitEnd(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(60)) {
        throw new AssertionError("waited in vain until " + what);
      }
      Thread.yield();
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void echo(Kind kind) throws Exception {
    server = builder(kind, ECHO).limits(limits().build()).start();
    try (Socket a = connect();
        Socket b = connect()) {
      send(a, "one", "two");
      send(b, "three");
      assertThat(List.of(read(a), read(a), read(b))).containsExactly("one", "two", "three");
    }
    await("all are closed", () -> server.stats().open() == 0);
    await("all is counted", () -> server.stats().answered() == 3);
    assertThat(server.stats().accepted()).isEqualTo(2);
    assertThat(server.stats().requests()).isEqualTo(3);
  }

  /**
   * A client that does not read: at the high mark its requests are not handled any more; when it
   * reads, the others are.
   */
  @ParameterizedTest
  @EnumSource
  void waterMarks(Kind kind) throws Exception {
    int answer = 1 << 20;
    int requests = 100; // more than all buffers of the kernel hold
    byte[] large = new byte[answer];
    server =
        builder(kind, (request, reply) -> reply.send(large))
            .limits(limits().writeMarks(1_000, 10_000).build())
            .start();
    String[] all = new String[requests];
    java.util.Arrays.fill(all, "x");
    try (Socket socket = connect()) {
      send(socket, all);
      AtomicInteger seen = new AtomicInteger();
      long[] since = {System.nanoTime()};
      await(
          "nothing is handled for a while",
          () -> {
            int now = (int) server.stats().requests();
            if (seen.getAndSet(now) != now || now == 0) {
              since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > 300_000_000;
          });
      assertThat(seen.get()).isLessThan(requests / 2);
      socket.getInputStream().skipNBytes((long) requests * (answer + 4));
      await("all are handled", () -> server.stats().answered() == requests);
    }
  }

  /** The known price of a single loop, and why the reactor has workers. */
  @ParameterizedTest
  @EnumSource
  void aHandlerThatBlocksStallsTheOthersUnderLoopOnly(Kind kind) throws Exception {
    CountDownLatch blocking = new CountDownLatch(1);
    CountDownLatch other = new CountDownLatch(1);
    long patience = kind == Kind.LOOP ? 200 : 60_000; // under LOOP it waits in vain, however long
    Handler<byte[], byte[]> handler =
        (request, reply) -> {
          if (text(request).equals("block")) {
            blocking.countDown();
            boolean came = other.await(patience, TimeUnit.MILLISECONDS);
            reply.send((came ? "the other was handled" : "stalled").getBytes(UTF_8));
          } else {
            other.countDown();
            reply.send(request);
          }
        };
    server = builder(kind, handler).limits(limits().build()).start();
    try (Socket a = connect();
        Socket b = connect()) {
      send(a, "block");
      blocking.await();
      send(b, "quick");
      assertThat(read(b)).isEqualTo("quick");
      assertThat(read(a)).isEqualTo(kind == Kind.LOOP ? "stalled" : "the other was handled");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LOOP")
  void drainAnswersWhatWasRead(Kind kind) throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Handler<byte[], byte[]> handler =
        (request, reply) -> {
          began.countDown();
          go.await();
          reply.send(request);
        };
    server = builder(kind, handler).limits(limits().build()).start();
    try (Socket socket = connect();
        Socket idle = connect()) {
      send(socket, "one", "two", "three");
      began.await();
      // else the kernel resets the one that is not accepted yet
      await("both are accepted", () -> server.stats().open() == 2);
      CompletableFuture<DrainResult> end =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return server.drain(Duration.ofMinutes(1));
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(idle.getInputStream().read()).isEqualTo(-1);
      assertThat(end).isNotDone();
      go.countDown();
      assertThat(List.of(read(socket), read(socket), read(socket)))
          .containsExactly("one", "two", "three");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      socket.close();
      assertThat(end.get().graceful()).isEqualTo(2);
      assertThat(end.get().forced()).isZero();
    }
  }

  // ---- guards: never early, and counted

  private static final Duration SHORT = Duration.ofMillis(150);

  private void assertRefused(Refused why, long start) {
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.toNanos());
    assertThat(server.stats().refused().get(why)).as(why.name()).isEqualTo(1);
    long all = server.stats().refused().values().stream().mapToLong(n -> n).sum();
    assertThat(all).as("all that was refused").isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void idleTimeout(Kind kind) throws Exception {
    server = builder(kind, ECHO).limits(limits().idleTimeout(SHORT).build()).start();
    long start = System.nanoTime();
    try (Socket socket = connect()) {
      assertThat(awaitEnd(socket)).as("reset").isFalse();
      assertRefused(Refused.IDLE_TIMEOUT, start);
    }
  }

  @ParameterizedTest
  @EnumSource
  void headerTimeout(Kind kind) throws Exception {
    server = builder(kind, ECHO).limits(limits().headerTimeout(SHORT).build()).start();
    try (Socket socket = connect()) {
      long start = System.nanoTime();
      socket.getOutputStream().write(new byte[] {0, 0, 0, 9, 'p', 'a', 'r', 't'});
      assertThat(awaitEnd(socket)).as("reset").isFalse();
      assertRefused(Refused.HEADER_TIMEOUT, start);
    }
  }

  @ParameterizedTest
  @EnumSource
  void minRate(Kind kind) throws Exception {
    server = builder(kind, ECHO).limits(limits().minRate(1_000_000, SHORT).build()).start();
    try (Socket socket = connect()) {
      long start = System.nanoTime();
      socket.getOutputStream().write(new byte[] {0, 0, 0, 9, 'p', 'a', 'r', 't'});
      assertThat(awaitEnd(socket)).as("reset").isFalse();
      assertRefused(Refused.MIN_RATE, start);
    }
  }

  @ParameterizedTest
  @EnumSource
  void writeStall(Kind kind) throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Handler<byte[], byte[]> handler =
        (request, reply) -> {
          try {
            for (; ; ) {
              reply.send(new byte[1 << 20]);
            }
          } catch (IOException e) {
            thrown.complete(e);
            throw e;
          }
        };
    server =
        builder(kind, handler)
            .limits(limits().writeStall(SHORT).build())
            .onFailure(t -> {})
            .start();
    try (Socket socket = connect()) {
      long start = System.nanoTime();
      send(socket, "x");
      thrown.get(); // by the stall, and under LOOP by the bound of what may be unsent
      await("it is refused", () -> server.stats().refused().get(Refused.WRITE_STALL) == 1);
      assertRefused(Refused.WRITE_STALL, start);
      assertThat(awaitEnd(socket)).as("reset: answers were lost").isTrue();
    }
  }

  // ---- the gate and the admission

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LOOP")
  void whatIsShedIsAnsweredByTheCheaperHandler(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Handler<byte[], byte[]> handler =
        (request, reply) -> {
          go.await();
          reply.send(request);
        };
    server =
        builder(kind, handler)
            .degrade((request, reply) -> reply.send("busy".getBytes(UTF_8)))
            .limits(crowded())
            .start();
    try (Socket first = connect();
        Socket second = connect();
        Socket third = connect()) {
      send(first, "one");
      await("one is handled", () -> server.stats().inFlight() == 1);
      send(second, "two");
      await("one waits", () -> server.stats().queued() == 1);
      send(third, "three");
      assertThat(read(third)).isEqualTo("busy");
      send(third, "four"); // the connection goes on
      assertThat(read(third)).isEqualTo("busy");
      assertThat(server.stats().degraded()).isEqualTo(2);
      assertThat(server.stats().refused().get(Refused.QUEUE_FULL)).isEqualTo(2);
      go.countDown();
      assertThat(read(first)).isEqualTo("one");
      assertThat(read(second)).isEqualTo("two");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LOOP")
  void withoutOneItsConnectionEnds(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Handler<byte[], byte[]> handler =
        (request, reply) -> {
          go.await();
          reply.send(request);
        };
    server = builder(kind, handler).limits(crowded()).start();
    try (Socket first = connect();
        Socket second = connect();
        Socket third = connect()) {
      send(first, "one");
      await("one is handled", () -> server.stats().inFlight() == 1);
      send(second, "two");
      await("one waits", () -> server.stats().queued() == 1);
      send(third, "three");
      assertThat(third.getInputStream().read()).isEqualTo(-1);
      go.countDown();
      assertThat(read(first)).isEqualTo("one");
      assertThat(read(second)).isEqualTo("two");
    }
  }

  private static Limits crowded() {
    return limits().limiter(Limiter.fixed(1)).queue(1).build();
  }

  @ParameterizedTest
  @EnumSource
  void beyondTheHardLimitTheRefusalIsSent(Kind kind) throws Exception {
    server =
        builder(kind, ECHO)
            .refusal(ByteBuffer.wrap("full".getBytes(UTF_8)))
            .limits(limits().hardLimit(1).build())
            .start();
    try (Socket first = connect()) {
      send(first, "one");
      assertThat(read(first)).isEqualTo("one");
      try (Socket second = connect()) {
        assertThat(text(second.getInputStream().readAllBytes())).isEqualTo("full");
      }
      assertThat(server.stats().refused().get(Refused.CONNECTIONS)).isEqualTo(1);
      send(first, "two");
      assertThat(read(first)).isEqualTo("two");
    }
    await("it has left", () -> server.stats().open() == 0);
    try (Socket third = connect()) {
      send(third, "three");
      assertThat(read(third)).isEqualTo("three");
    }
  }

  @ParameterizedTest
  @EnumSource
  void beyondTheSoftLimitConnectionsWaitUntilOneLeaves(Kind kind) throws Exception {
    server =
        builder(kind, ECHO)
            .limits(limits().softLimit(1).patience(Duration.ofHours(1)).build())
            .start();
    try (Socket first = connect()) {
      await("it is accepted", () -> server.stats().accepted() == 1);
      try (Socket second = connect()) {
        send(second, "two");
        send(first, "one");
        assertThat(read(first)).isEqualTo("one");
        assertThat(server.stats().accepted()).isEqualTo(1);
        first.close();
        assertThat(read(second)).isEqualTo("two");
        assertThat(server.stats().accepted()).isEqualTo(2);
      }
    }
  }
}
