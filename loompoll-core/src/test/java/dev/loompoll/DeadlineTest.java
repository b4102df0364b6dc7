package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Blackhole;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Pair;
import dev.loompoll.testing.Traffic;
import java.io.ByteArrayOutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Deadlines, after the tables of Go's timeout tests. */
@ParameterizedClass
@EnumSource(Callers.class)
class DeadlineTest {
  private static final Duration PAST = Duration.ofSeconds(-1);

  @Parameter Callers callers;

  private Pair pair;
  private Conn a;
  private Conn b;
  private Group group;

  @BeforeEach
  void open() throws Exception {
    pair = Pair.open();
    a = pair.a();
    b = pair.b();
    group = new Group(callers);
  }

  @AfterEach
  void close() throws Exception {
    pair.close();
  }

  private static DeadlineExceededException assertTimesOut(Executable operation) {
    DeadlineExceededException e = assertThrows(DeadlineExceededException.class, operation);
    assertTrue(e instanceof SocketTimeoutException);
    assertTrue(e.getMessage().endsWith(": i/o timeout"), e.getMessage());
    return e;
  }

  /** It may be late, never early. */
  private static void assertTimesOutAt(long deadline, Executable operation) {
    assertTimesOut(operation);
    long early = deadline - System.nanoTime();
    assertTrue(early <= 0, () -> early + " ns early");
  }

  // ---- a deadline that has passed

  @Test
  void pastBeatsData() throws Exception {
    b.write(new byte[] {1, 2, 3});
    assertEquals(1, a.read(new byte[1])); // so they are there
    for (Duration passed :
        new Duration[] {PAST, Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE)}) {
      a.setReadDeadline(passed);
      for (int i = 0; i < 2; i++) { // again, and it stays so
        assertEquals(0, assertTimesOut(() -> a.read(new byte[1])).bytesTransferred);
        assertTimesOut(() -> a.read(ByteBuffer.allocateDirect(1)));
        assertTimesOut(() -> a.rawRead(fd -> true));
      }
    }
    a.clearReadDeadline();
    byte[] rest = new byte[3];
    assertEquals(2, a.read(rest));
    assertArrayEquals(new byte[] {2, 3, 0}, rest);
  }

  @Test
  void pastBeatsBufferSpace() throws Exception {
    a.setWriteDeadline(PAST);
    for (int i = 0; i < 2; i++) {
      assertEquals(0, assertTimesOut(() -> a.write(new byte[5])).bytesTransferred);
      assertTimesOut(() -> a.rawWrite(fd -> true));
    }
    a.clearWriteDeadline();
    a.write(new byte[] {9});
    byte[] in = new byte[10];
    assertEquals(1, b.read(in));
    assertEquals(9, in[0]);
  }

  @Test
  void pastBeatsAConnection() throws Exception {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0");
        Conn client = Net.dial(listener.address())) {
      listener.setDeadline(PAST);
      for (int i = 0; i < 2; i++) {
        assertTimesOut(listener::accept);
      }
      listener.clearDeadline();
      try (Conn accepted = listener.accept()) {
        assertEquals(client.localAddress(), accepted.remoteAddress());
      }
    }
  }

  /** Past and then cleared: blocks until close, and that is no timeout. */
  @Test
  void clearedDeadlineDoesNotTimeOut() throws Exception {
    a.setDeadline(PAST);
    a.clearDeadline();
    CountDownLatch ended = new CountDownLatch(2);
    group.goAndBlock(
        () -> {
          assertThrows(ConnClosedException.class, () -> a.read(new byte[1]));
          ended.countDown();
        });
    group.goAndBlock(
        () -> {
          assertThrows(ConnClosedException.class, () -> Traffic.writeForever(a));
          ended.countDown();
        });
    assertFalse(ended.await(50, TimeUnit.MILLISECONDS));
    assertEquals(2, ended.getCount());
    a.close();
    group.await();
  }

  // ---- a deadline that comes while an operation waits

  @Test
  void endsWhatWaits() throws Exception {
    group.goAndBlock(() -> assertTimesOut(() -> a.read(new byte[1])));
    group.goAndBlock(() -> assertTimesOut(() -> Traffic.writeForever(a)));
    a.setReadDeadline(System.nanoTime());
    a.setWriteDeadline(PAST);
    group.await();
  }

  @Test
  void endsAllAcceptors() throws Exception {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      for (int i = 0; i < 10; i++) {
        group.goAndBlock(() -> assertTimesOut(listener::accept));
      }
      listener.setDeadline(Duration.ofMillis(5));
      group.await();
    }
  }

  @Test
  void neverEarly() throws Exception {
    group.go(
        () -> {
          for (int i = 0; i < 20; i++) {
            long deadline = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(100 + 700L * i);
            a.setReadDeadline(deadline);
            assertTimesOutAt(deadline, () -> a.read(new byte[1]));
          }
        });
    group.go(
        () -> {
          a.setWriteBuffer(4096);
          for (int i = 0; i < 20; i++) {
            long deadline = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(100 + 700L * i);
            a.setWriteDeadline(deadline);
            assertTimesOutAt(deadline, () -> Traffic.writeForever(a));
          }
        });
    group.await();
  }

  /** A later deadline, set while an operation waits, is the one that counts. */
  @Test
  void extendedWhileWaiting() throws Exception {
    boolean inTime;
    do {
      CountDownLatch ended = new CountDownLatch(1);
      AtomicBoolean timedOut = new AtomicBoolean();
      try (Pair own = Pair.open()) {
        long first = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(30);
        own.a().setReadDeadline(first);
        group.go(
            () -> {
              try {
                assertEquals(1, own.a().read(new byte[1]));
              } catch (DeadlineExceededException e) {
                timedOut.set(true);
              }
              ended.countDown();
            });
        own.a().setReadDeadline(Duration.ofHours(1));
        inTime = System.nanoTime() - first < 0; // else this thread had no CPU: once more
        if (inTime) {
          assertFalse(ended.await(60, TimeUnit.MILLISECONDS));
        }
        own.b().write(new byte[1]);
        group.await();
        assertFalse(inTime && timedOut.get(), "the first deadline counted");
      }
    } while (!inTime);
  }

  /**
   * An earlier deadline wakes the poller from its wait for this one, or for an even earlier one.
   */
  @Test
  void shortenedWhileWaiting() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (Pair own = Pair.open()) {
        own.a().setReadDeadline(Duration.ofHours(1));
        group.goAndBlock(() -> assertTimesOut(() -> own.a().read(new byte[1])));
        own.a().setReadDeadline(Duration.ofMinutes(50));
        own.a().setReadDeadline(Duration.ofMillis(5));
        group.await();
      }
    }
  }

  /** A deadline that is moved on before each operation never fires, however long it goes on. */
  @Test
  void prolongedAgainAndAgain() throws Exception {
    Group echo = new Group(callers);
    echo.go(() -> Traffic.echo(b));
    group.go(
        () -> {
          byte[] one = new byte[1];
          for (int i = 0; i < 2000; i++) {
            a.setWriteDeadline(Duration.ofSeconds(50));
            a.write(one);
            a.setReadDeadline(Duration.ofSeconds(50));
            assertEquals(1, a.read(one));
          }
        });
    group.await();
    close();
    echo.await();
  }

  @Test
  void revivesAfterATimeout() throws Exception {
    a.setReadDeadline(Duration.ofMillis(1));
    assertTimesOut(() -> a.read(new byte[1]));
    a.setReadDeadline(Duration.ofHours(1));
    group.goAndBlock(() -> assertEquals(1, a.read(new byte[1])));
    b.write(new byte[1]);
    group.await();
  }

  @Test
  void readAndWriteAreApart() throws Exception {
    a.setReadDeadline(PAST);
    a.write(new byte[1]);
    assertEquals(1, b.read(new byte[1]));
    a.setWriteDeadline(PAST);
    a.clearReadDeadline();
    b.write(new byte[1]);
    assertEquals(1, a.read(new byte[1]));
    assertTimesOut(() -> a.write(new byte[1]));
  }

  /** The timer of a closed connection does nothing to the next one in its place. */
  @Test
  void timerDoesNotOutliveItsConnection() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (Pair old = Pair.open()) {
        old.a().setDeadline(Duration.ofMillis(2));
        old.b().setDeadline(Duration.ofMillis(2));
      }
      try (Pair fresh = Pair.open()) {
        CountDownLatch ended = new CountDownLatch(1);
        group.go(
            () -> {
              assertEquals(1, fresh.a().read(new byte[1]));
              ended.countDown();
            });
        assertFalse(ended.await(5, TimeUnit.MILLISECONDS));
        fresh.b().write(new byte[1]);
        group.await();
      }
    }
  }

  @Test
  void farAway() throws Exception {
    Executable[] setters = {
      () -> a.setDeadline(Long.MAX_VALUE),
      () -> a.setDeadline(System.nanoTime() + Long.MAX_VALUE),
      () -> a.setDeadline(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)),
      () -> a.setDeadline(Duration.ofDays(Long.MAX_VALUE / 86_400)),
      () -> a.setDeadline(Duration.ofNanos(Long.MAX_VALUE)),
      () -> a.setDeadline(Duration.ofDays(365 * 100)),
      () -> a.clearDeadline(),
    };
    for (Executable setter : setters) {
      a.setDeadline(PAST);
      try {
        setter.execute();
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
      Thread reader = group.goAndBlock(() -> assertEquals(1, a.read(new byte[1])));
      assertTrue(reader.isAlive());
      b.write(new byte[1]);
      group.await();
      a.write(new byte[1]);
      assertEquals(1, b.read(new byte[1]));
    }
    a.setDeadline(System.nanoTime() - Long.MAX_VALUE / 2);
    assertTimesOut(() -> a.read(new byte[1]));
  }

  /** While data pours in without end, each deadline is met all the same. */
  @Test
  void variousDeadlines() throws Exception {
    Group flood = new Group(callers);
    long nanos = 1;
    for (int i = 0; i < 19; i++) {
      long timeout = nanos;
      nanos = i % 2 == 0 ? nanos * 5 : nanos * 2; // 1, 5, 10, 50 ns ... 1 s
      int runs = timeout < 100_000_000 ? 3 : 1;
      Pair own = Pair.open();
      flood.go(() -> Traffic.flood(own.b()));
      group.go(
          () -> {
            try (own) {
              for (int run = 0; run < runs; run++) {
                long deadline = System.nanoTime() + timeout;
                own.a().setReadDeadline(deadline);
                assertTimesOutAt(deadline, () -> Traffic.drain(own.a()));
              }
            }
          });
    }
    group.await();
    flood.await();
  }

  // ---- writes that time out half-way

  @Test
  void writeSaysHowMuchWent() throws Exception {
    a.setWriteBuffer(8192);
    byte[] data = Traffic.random(5, 64 << 20);
    int array = writeUntilSomeWent(data);
    assertTrue(array < data.length, () -> array + " bytes went");

    ByteBuffer buffer = ByteBuffer.allocateDirect(data.length).put(data).flip().position(array);
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    group.go(
        () -> {
          seen.write(b.inputStream().readNBytes(array));
          a.setWriteDeadline(Duration.ofMillis(20));
          int direct = assertTimesOut(() -> a.write(buffer)).bytesTransferred;
          assertEquals(array + direct, buffer.position());
          a.closeWrite();
          seen.write(b.inputStream().readAllBytes());
        });
    group.await();
    assertEquals(buffer.position(), seen.size());
    assertArrayEquals(java.util.Arrays.copyOf(data, seen.size()), seen.toByteArray());
  }

  /** None went if this thread had no CPU from the setting of the deadline until it had passed. */
  private int writeUntilSomeWent(byte[] data) throws Exception {
    int went = 0;
    while (went == 0) {
      a.setWriteDeadline(Duration.ofMillis(20));
      went = assertTimesOut(() -> a.write(data)).bytesTransferred;
    }
    return went;
  }

  /** Gathering: the positions and the count say the same. */
  @Test
  void gatheringWriteSaysHowMuchWent() throws Exception {
    a.setWriteBuffer(8192);
    byte[] data = Traffic.random(6, 32 << 20);
    ByteBuffer[] parts = new ByteBuffer[1024];
    int size = data.length / parts.length;
    for (int i = 0; i < parts.length; i++) {
      parts[i] = ByteBuffer.wrap(data, i * size, size).slice();
    }
    a.setWriteDeadline(Duration.ofMillis(20));
    DeadlineExceededException e = assertTimesOut(() -> a.write(parts));
    int went = 0;
    for (ByteBuffer part : parts) {
      went += part.position();
    }
    a.closeWrite();
    assertArrayEquals(java.util.Arrays.copyOf(data, went), b.inputStream().readAllBytes());
    assertEquals(went, e.bytesTransferred);
  }

  // ---- races

  @Test
  void concurrentSetDeadline() throws Exception {
    Pair[] pairs = new Pair[10];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = Pair.open();
    }
    for (int i = 0; i < 8; i++) {
      group.go(
          () -> {
            for (int k = 0; k < 100; k++) {
              for (Pair p : pairs) {
                p.a().setReadDeadline(Duration.ofMillis(k % 7));
                p.a().setWriteDeadline(Duration.ofMinutes(k));
                p.a().setDeadline(Duration.ofHours(1));
              }
            }
          });
    }
    group.await();
    for (Pair p : pairs) {
      Thread reader = group.goAndBlock(() -> assertEquals(1, p.a().read(new byte[1])));
      assertTrue(reader.isAlive());
      p.b().write(new byte[1]);
      group.await();
      p.close();
    }
  }

  /** A deadline that expires just as it is set, or changed, or an operation begins: no hang. */
  @Test
  void readWriteDeadlineRace() throws Exception {
    AtomicInteger running = new AtomicInteger(1);
    group.go(
        () -> {
          for (int i = 0; i < 1000; i++) {
            a.setDeadline(Duration.ofNanos(2000));
            Thread.yield();
          }
          running.set(0);
          a.setDeadline(PAST);
        });
    group.go(() -> repeat(running, () -> a.read(new byte[1])));
    group.go(() -> repeat(running, () -> a.write(new byte[1])));
    group.await();
  }

  private static void repeat(AtomicInteger running, Executable operation) throws Exception {
    while (running.get() == 1) {
      try {
        operation.execute();
      } catch (DeadlineExceededException e) {
        // as planned
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }
  }

  /** Expiry and data come at the same time: one of them, and the data is not lost. */
  @Test
  void expiryRacesWithData() throws Exception {
    Group writer = new Group(callers);
    int rounds = 500;
    writer.go(
        () -> {
          for (int i = 0; i < rounds; i++) {
            b.write(new byte[] {(byte) i});
            if (i % 3 == 0) {
              a.setReadDeadline(Duration.ofNanos(i * 100L));
            } else {
              a.clearReadDeadline();
            }
            Thread.yield();
          }
          b.closeWrite();
          a.clearReadDeadline();
        });
    group.go(
        () -> {
          byte[] in = new byte[1];
          for (int next = 0; ; ) {
            try {
              if (a.read(in) < 0) {
                assertEquals(rounds, next);
                return;
              }
              assertEquals((byte) next++, in[0]);
            } catch (DeadlineExceededException e) {
              a.clearReadDeadline();
            }
          }
        });
    group.await();
    writer.await();
  }

  // ---- dialling

  @Test
  void dialTimesOut() throws Exception {
    try (Blackhole hole = new Blackhole()) {
      group.go(
          () -> {
            Dialer dialer = Dialer.create();
            for (Duration passed :
                new Duration[] {PAST, Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE)}) {
              assertTimesOut(() -> dialer.timeout(passed).dial(hole.address()));
            }
            long start = System.nanoTime();
            Duration timeout = Duration.ofMillis(50);
            assertTimesOutAt(
                start + timeout.toNanos(), () -> dialer.timeout(timeout).dial(hole.address()));
          });
      group.await();
    }
  }

  @Test
  void dialTimeoutMayBeHuge() throws Exception {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      for (Duration timeout :
          new Duration[] {
            Duration.ofSeconds(Long.MAX_VALUE), Duration.ofNanos(Long.MAX_VALUE), null
          }) {
        Dialer.create().timeout(timeout).dial(listener.address()).close();
      }
    }
  }

  /** The time limit was for dialling only. */
  @Test
  void dialTimeoutEndsWithTheDial() throws Exception {
    Dialer dialer = Dialer.create().timeout(Duration.ofMillis(200));
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0");
        Conn conn = dialUntilInTime(dialer, listener);
        Conn accepted = listener.accept()) {
      CountDownLatch ended = new CountDownLatch(1);
      group.goAndBlock(
          () -> {
            assertThrows(ConnClosedException.class, () -> Traffic.writeForever(conn));
            ended.countDown();
          });
      assertFalse(ended.await(250, TimeUnit.MILLISECONDS));
      assertTrue(accepted.isOpen());
      conn.close();
      group.await();
    }
  }

  /** It comes too late only if this thread had no CPU for so long. */
  private static Conn dialUntilInTime(Dialer dialer, Listener listener) throws Exception {
    for (; ; ) {
      try {
        return dialer.dial(listener.address());
      } catch (DeadlineExceededException e) {
        // once more
      }
    }
  }
}
