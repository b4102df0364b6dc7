package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Codec;
import dev.loompoll.server.Codecs;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Server;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Each guard refuses whom it is meant for, not before its time. How late is not looked at. */
@ParameterizedClass(name = "{0}")
@EnumSource(
    value = Model.class,
    names = {"GOROUTINE", "THREAD", "PIPELINE"})
class SlowClientsTest {
  private static final Duration TIME = Duration.ofMillis(100);

  @Parameter private Model model;

  private static void same(byte[] request, dev.loompoll.server.Reply<byte[]> reply)
      throws IOException {
    reply.send(request);
  }

  private static void notBefore(long start, Duration time) {
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(time.toNanos());
  }

  /** As a handler that takes its time. */
  private static void take(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    for (long left; (left = until - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }

  /** The client itself was late, for the machine is slow: nothing follows. */
  private static final class Late extends Exception {
    private static final long serialVersionUID = 1;

    Late(IOException cause) {
      super(cause);
    }
  }

  private interface Scenario {
    void run() throws Exception;
  }

  /** Tries it again if the client was late. */
  private static void inTime(Scenario scenario) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        scenario.run();
        return;
      } catch (Late e) {
        if (attempt == 20) {
          throw e;
        }
      }
    }
  }

  /**
   * Asks for the same, and returns when it did so. If the connection ends, the server must have had
   * patience since the client last asked (or began to connect).
   */
  private static long ask(Fixture.Peer client, long last, String text) throws IOException, Late {
    long asked = System.nanoTime();
    try {
      client.sendFrames(text);
      client.expectFrames(text);
      return asked;
    } catch (EOFException | SocketException e) {
      notBefore(last, TIME);
      throw new Late(e);
    }
  }

  @Test
  void whoNeverSendsARequest() throws Exception {
    try (Fixture served =
        Fixture.frames(model, Fixture.wide().idleTimeout(TIME), SlowClientsTest::same)) {
      long start = System.nanoTime();
      try (var client = served.connect()) {
        client.expectEnd();
        notBefore(start, TIME);
        served.awaitRefused(Refused.IDLE_TIMEOUT);
      }
    }
  }

  @Test
  void whoSendsNoFurtherRequest() throws Exception {
    inTime(
        () -> {
          long last = System.nanoTime();
          try (Fixture served =
                  Fixture.frames(model, Fixture.wide().idleTimeout(TIME), SlowClientsTest::same);
              var client = served.connect()) {
            for (int i = 0; i < 5; i++) { // more than the time, all in all
              take(TIME.dividedBy(4));
              last = ask(client, last, "again");
            }
            last = ask(client, last, "the last");
            client.expectEnd();
            notBefore(last, TIME);
            served.awaitRefused(Refused.IDLE_TIMEOUT);
          }
        });
  }

  @Test
  void whoWaitsForAnAnswerIsNotIdle() throws Exception {
    Handler<byte[], byte[]> slow =
        (request, reply) -> {
          take(TIME.multipliedBy(3));
          reply.send(request);
        };
    inTime(
        () -> {
          long start = System.nanoTime();
          try (Fixture served = Fixture.frames(model, Fixture.wide().idleTimeout(TIME), slow);
              var client = served.connect()) {
            long one = ask(client, start, "one");
            long two = ask(client, one, "two");
            client.expectEnd();
            notBefore(two, TIME.multipliedBy(4)); // the handler's, then its own
            served.awaitRefused(Refused.IDLE_TIMEOUT);
          }
        });
  }

  @Test
  void whoDoesNotFinishARequest() throws Exception {
    try (Fixture served =
            Fixture.frames(model, Fixture.wide().headerTimeout(TIME), SlowClientsTest::same);
        var client = served.connect()) {
      client.sendFrames("one");
      client.expectFrames("one");
      long start = System.nanoTime();
      client.send((byte) 0);
      client.expectEnd();
      notBefore(start, TIME);
      served.awaitRefused(Refused.HEADER_TIMEOUT);
    }
  }

  /** Its decoder has taken all of it, and waits. */
  @Test
  void whoDoesNotFinishARequestThatHasLeftTheBuffer() throws Exception {
    Codec<byte[], byte[]> greedy =
        new Codec<>() {
          @Override
          public Decoder<byte[]> newDecoder() {
            return in -> {
              in.position(in.limit());
              return null;
            };
          }

          @Override
          public java.nio.ByteBuffer encode(byte[] response) {
            return java.nio.ByteBuffer.wrap(response);
          }
        };
    try (Fixture served =
            Fixture.of(
                model,
                Fixture.wide().headerTimeout(TIME),
                Server.builder().handler(greedy, SlowClientsTest::same));
        var client = served.connect()) {
      long start = System.nanoTime();
      client.send((byte) 1, (byte) 2);
      client.expectEnd();
      notBefore(start, TIME);
      served.awaitRefused(Refused.HEADER_TIMEOUT);
    }
  }

  @Test
  void whoSendsARequestSlowly() throws Exception {
    try (Fixture served =
            Fixture.frames(model, Fixture.wide().minRate(1_000, TIME), SlowClientsTest::same);
        var client = served.connect()) {
      long start = System.nanoTime();
      client.send((byte) 0);
      client.expectEnd();
      notBefore(start, TIME);
      served.awaitRefused(Refused.MIN_RATE);
    }
  }

  @Test
  void whoHasSentMuchMayPauseForLonger() throws Exception {
    try (Fixture served =
            Fixture.frames(model, Fixture.wide().minRate(1_000, TIME), SlowClientsTest::same);
        var client = served.connect()) {
      byte[] frame = Fixture.Peer.frames("x".repeat(1_000));
      long start = System.nanoTime();
      client.send(java.util.Arrays.copyOf(frame, 300));
      client.expectEnd();
      notBefore(start, Duration.ofMillis(300));
      served.awaitRefused(Refused.MIN_RATE);
    }
  }

  @Test
  void whoDoesNotRead() throws Exception {
    byte[] much = new byte[32 * 1024 * 1024];
    try (Fixture served =
            Fixture.of(
                model,
                Fixture.wide().writeStall(TIME),
                Server.builder().handler(Codecs.bytes(), Handler.answering(any -> much)));
        var client = served.connect()) {
      long start = System.nanoTime();
      client.send((byte) 1);
      Fixture.until("it is refused", () -> served.refused(Refused.WRITE_STALL) == 1);
      notBefore(start, TIME);
      served.awaitOpen(0);
      org.assertj.core.api.Assertions.assertThatThrownBy(client.in::readAllBytes)
          .isInstanceOf(SocketException.class); // what the kernel held for it is gone
      assertThat(served.failures).isEmpty();
    }
  }

  /** The handler is told, and what it throws then is no failure of its own. */
  @Test
  void theHandlerOfOneThatDoesNotRead() throws Exception {
    byte[] much = new byte[1024 * 1024];
    Handler<byte[], byte[]> streaming =
        (request, reply) -> {
          while (true) {
            reply.send(much);
          }
        };
    try (Fixture served =
            Fixture.of(
                model,
                Fixture.wide().writeStall(TIME),
                Server.builder().handler(Codecs.bytes(), streaming));
        var client = served.connect()) {
      client.send((byte) 1);
      served.awaitRefused(Refused.WRITE_STALL);
      Fixture.until("its handler ended", () -> served.server.stats().failed() == 1);
      served.awaitOpen(0);
      assertThat(served.failures).isEmpty();
    }
  }

  /** Who reads, however slowly, goes on. */
  @Test
  void whoReadsSlowly() throws Exception {
    int length = 4 * 1024 * 1024;
    byte[] much = new byte[length];
    Duration stall = Duration.ofSeconds(1);
    inTime(
        () -> {
          try (Fixture served =
                  Fixture.of(
                      model,
                      Fixture.wide().writeStall(stall),
                      Server.builder().handler(Codecs.bytes(), Handler.answering(any -> much)));
              var client = served.connect()) {
            client.socket.setReceiveBufferSize(16 * 1024);
            client.send((byte) 1);
            readSlowly(client, length, TimeUnit.SECONDS.toNanos(3), stall.toNanos() / 2);
            assertThat(served.refused(Refused.WRITE_STALL)).isZero();
          }
        });
  }

  /**
   * Evenly over that time.
   *
   * @param late so long a time between two reads explains why the server does not wait
   */
  private static void readSlowly(Fixture.Peer client, int length, long lasts, long late)
      throws Exception {
    long start = System.nanoTime();
    long last = start;
    long longest = 0;
    for (int read = 0; read < length; ) {
      long due = start + (long) ((double) lasts * read / length);
      for (long left; (left = due - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left);
      }
      try {
        int n = Math.min(16 * 1024, length - read);
        client.in.readFully(new byte[n]);
        read += n;
      } catch (EOFException | SocketException e) {
        if (Math.max(longest, System.nanoTime() - last) < late) {
          throw e;
        }
        throw new Late(e);
      }
      long now = System.nanoTime();
      longest = Math.max(longest, now - last);
      last = now;
    }
  }
}
