package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Pair;
import dev.loompoll.testing.Pair.Transport;
import dev.loompoll.testing.Traffic;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every connection must do: the eleven scenarios of Go's {@code nettest.TestConn}. */
@ParameterizedClass(name = "{0} {1}")
@MethodSource("variants")
class ConnConformanceTest {
  private static final int CHUNK = 1024;
  private static final Duration PAST = Duration.ofSeconds(-1);

  static Stream<Arguments> variants() {
    return Stream.of(Transport.values())
        .flatMap(t -> Stream.of(Callers.values()).map(c -> Arguments.of(t, c)));
  }

  @Parameter(0)
  Transport transport;

  @Parameter(1)
  Callers callers;

  private Conn a;
  private Conn b;
  private Group group;

  @BeforeEach
  void open() throws IOException {
    Pair pair = Pair.open(transport);
    a = pair.a();
    b = pair.b();
    group = new Group(callers);
  }

  @AfterEach
  void close() throws IOException {
    a.close();
    b.close();
  }

  @Test
  void basicIo() throws Exception {
    byte[] sent = Traffic.random(0, 1 << 20);
    group.go(
        () -> {
          for (int i = 0; i < sent.length; i += CHUNK) {
            a.write(sent, i, CHUNK);
          }
          a.close();
        });
    group.go(
        () -> {
          assertArrayEquals(sent, b.inputStream().readAllBytes());
          b.close();
        });
    group.await();
  }

  @Test
  void pingPong() throws Exception {
    group.go(() -> bounce(a, 1));
    group.go(() -> bounce(b, 0));
    group.go(() -> a.write(new byte[Long.BYTES])); // to b: 0
    group.await();
  }

  /** Answers each number with the next one; they rise by two until 1000. */
  private static void bounce(Conn conn, long first) throws IOException {
    DataInputStream in = new DataInputStream(conn.inputStream());
    byte[] out = new byte[Long.BYTES];
    try {
      for (long expected = first; ; expected += 2) {
        long v = in.readLong();
        assertEquals(expected, v);
        if (v == 1000) {
          break;
        }
        java.nio.ByteBuffer.wrap(out).putLong(v + 1);
        conn.write(out);
      }
    } catch (EOFException e) {
      // the other side has seen 1000
    }
    conn.close();
  }

  @Test
  void racyRead() throws Exception {
    Group flood = new Group(callers);
    flood.go(() -> Traffic.flood(b));
    a.setReadDeadline(Duration.ofMillis(1));
    for (int i = 0; i < 10; i++) {
      group.go(
          () -> {
            byte[] mine = new byte[CHUNK];
            for (int k = 0; k < 100; k++) {
              try {
                assertTrue(a.read(mine) > 0);
                Arrays.fill(mine, (byte) k); // the kernel must be through with it
              } catch (DeadlineExceededException e) {
                a.setReadDeadline(Duration.ofMillis(1));
              }
            }
          });
    }
    group.await();
    close();
    flood.await();
  }

  @Test
  void racyWrite() throws Exception {
    Group drain = new Group(callers);
    drain.go(() -> Traffic.drain(b));
    a.setWriteDeadline(Duration.ofMillis(1));
    for (int i = 0; i < 10; i++) {
      group.go(
          () -> {
            byte[] mine = new byte[CHUNK];
            for (int k = 0; k < 100; k++) {
              try {
                a.write(mine);
                Arrays.fill(mine, (byte) k);
              } catch (DeadlineExceededException e) {
                a.setWriteDeadline(Duration.ofMillis(1));
              }
            }
          });
    }
    group.await();
    close();
    drain.await();
  }

  @Test
  void readTimeout() throws Exception {
    Group drain = new Group(callers);
    drain.go(() -> Traffic.drain(b));
    a.setReadDeadline(PAST);
    group.go(() -> assertReadTimesOut(a));
    group.go(() -> a.write(new byte[CHUNK]));
    group.await();
    close();
    drain.await();
  }

  @Test
  void writeTimeout() throws Exception {
    Group flood = new Group(callers);
    flood.go(() -> Traffic.flood(b));
    a.setWriteDeadline(PAST);
    group.go(() -> assertWriteTimesOut(a));
    group.go(() -> assertTrue(a.read(new byte[CHUNK]) > 0));
    group.await();
    close();
    flood.await();
  }

  @Test
  void pastTimeout() throws Exception {
    Group echo = new Group(callers);
    echo.go(() -> Traffic.echo(b));
    group.go(
        () -> {
          roundTrip(a);
          a.setDeadline(PAST);
          assertWriteTimesOut(a);
          assertReadTimesOut(a);
          a.clearDeadline();
          roundTrip(a);
        });
    group.await();
    close();
    echo.await();
  }

  @Test
  void presentTimeout() throws Exception {
    AtomicLong set = new AtomicLong();
    group.goAndBlock(
        () -> {
          assertReadTimesOut(a);
          assertEquals(1, set.get(), "timed out before there was a deadline");
        });
    group.goAndBlock(
        () -> {
          writeUntilTimeout(a);
          assertEquals(1, set.get(), "timed out before there was a deadline");
        });
    set.set(1);
    a.setReadDeadline(PAST);
    a.setWriteDeadline(PAST);
    group.await();
  }

  @Test
  void futureTimeout() throws Exception {
    long deadline = System.nanoTime() + Duration.ofMillis(100).toNanos();
    a.setDeadline(deadline);
    group.go(
        () -> {
          assertReadTimesOut(a);
          assertTrue(System.nanoTime() - deadline >= 0, "timed out early");
        });
    group.go(
        () -> {
          writeUntilTimeout(a);
          assertTrue(System.nanoTime() - deadline >= 0, "timed out early");
        });
    group.await();
    a.clearDeadline();
    assertWorks();
  }

  @Test
  void closeTimeout() throws Exception {
    a.setDeadline(Duration.ofDays(1));
    group.goAndBlock(() -> assertThrows(ConnClosedException.class, () -> a.read(new byte[CHUNK])));
    group.goAndBlock(() -> assertThrows(ConnClosedException.class, () -> Traffic.writeForever(a)));
    a.close();
    group.await();
  }

  @Test
  void concurrentMethods() throws Exception {
    Group echo = new Group(callers);
    echo.go(() -> Traffic.echo(b));
    for (int i = 0; i < 100; i++) {
      group.go(() -> orTimeout(() -> a.read(new byte[CHUNK])));
      group.go(() -> orTimeout(() -> a.write(new byte[CHUNK])));
      group.go(() -> a.setDeadline(Duration.ofMillis(10)));
      group.go(() -> a.setReadDeadline(PAST));
      group.go(() -> a.setWriteDeadline(PAST));
      group.go(() -> assertTrue(a.localAddress().getPort() > 0));
      group.go(() -> assertTrue(a.remoteAddress().getPort() > 0));
    }
    group.await();
    a.clearDeadline();
    resync();
    close();
    echo.await();
  }

  // ---- steps

  /** After whatever went wrong: both directions still carry what is written. */
  private void assertWorks() throws Exception {
    Group echo = new Group(callers);
    echo.go(() -> Traffic.echo(b));
    resync();
    close();
    echo.await();
  }

  /** With an echoing peer: throws away the zeros under way, then makes a round trip. */
  private void resync() throws Exception {
    group.go(() -> a.write(new byte[] {-1}));
    group.go(
        () -> {
          byte[] in = new byte[CHUNK];
          int n;
          do {
            n = a.read(in);
            assertTrue(n > 0);
          } while (in[n - 1] != -1);
          roundTrip(a);
        });
    group.await();
  }

  private static void roundTrip(Conn conn) throws IOException {
    byte[] out = Traffic.random(1, CHUNK);
    conn.write(out);
    assertArrayEquals(out, conn.inputStream().readNBytes(CHUNK));
  }

  private static void assertReadTimesOut(Conn conn) {
    DeadlineExceededException e =
        assertThrows(DeadlineExceededException.class, () -> conn.read(new byte[CHUNK]));
    assertEquals(0, e.bytesTransferred);
  }

  private static void assertWriteTimesOut(Conn conn) {
    DeadlineExceededException e =
        assertThrows(DeadlineExceededException.class, () -> conn.write(new byte[CHUNK]));
    assertEquals(0, e.bytesTransferred);
  }

  private static void writeUntilTimeout(Conn conn) {
    assertThrows(DeadlineExceededException.class, () -> Traffic.writeForever(conn));
  }

  private static void orTimeout(Loompoll.Task task) throws Exception {
    try {
      task.run();
    } catch (DeadlineExceededException e) {
      // as good
    }
  }
}
