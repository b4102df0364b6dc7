package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Await;
import dev.loompoll.testing.Blackhole;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Kernel;
import dev.loompoll.testing.Pair;
import dev.loompoll.testing.Traffic;
import java.io.ByteArrayOutputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** An interrupt ends what waits and nothing else: the connection works on, no byte is lost. */
@ParameterizedClass
@EnumSource(Callers.class)
class InterruptTest {
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

  /** The flag stays set; this clears it. */
  private static InterruptedIOException assertInterrupted(Executable operation) {
    InterruptedIOException e = assertThrows(InterruptedIOException.class, operation);
    assertTrue(!(e instanceof SocketTimeoutException), e.toString());
    assertTrue(e.getMessage().endsWith(": interrupted"), e.getMessage());
    assertTrue(Thread.interrupted(), "the flag was lost");
    return e;
  }

  private void interruptWhileBlocked(Loompoll.Task task) throws Exception {
    Thread t = group.goAndBlock(task);
    t.interrupt();
    group.await();
  }

  @Test
  void read() throws Exception {
    interruptWhileBlocked(
        () -> {
          assertInterrupted(() -> a.read(new byte[10]));
          b.write(new byte[] {1, 2});
          assertEquals(2, a.read(new byte[10]));
          assertInterrupted(
              () -> {
                Thread.currentThread().interrupt(); // drained: waits without asking the kernel
                a.read(new byte[10]);
              });
          b.write(new byte[] {3});
          assertEquals(1, a.read(new byte[10]));
        });
  }

  /** The flag matters to one who waits only. */
  @Test
  void flagSetBefore() throws Exception {
    group.go(
        () -> {
          b.write(new byte[] {1});
          Await.until("there is data", () -> Kernel.readable(a));
          Thread.currentThread().interrupt();
          assertEquals(1, a.read(new byte[1]));
          a.write(new byte[1]);
          assertInterrupted(() -> a.read(new byte[1]));
          assertEquals(1, b.read(new byte[1]));
        });
    group.await();
  }

  /** It says how much went, and the rest can be written later. */
  @Test
  void write() throws Exception {
    byte[] data = Traffic.random(3, 32 << 20);
    AtomicInteger went = new AtomicInteger();
    interruptWhileBlocked(() -> went.set(assertInterrupted(() -> a.write(data)).bytesTransferred));
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    group.go(
        () -> {
          a.write(data, went.get(), data.length - went.get());
          a.closeWrite();
        });
    group.go(() -> b.inputStream().transferTo(seen));
    group.await();
    assertTrue(went.get() > 0);
    assertArrayEquals(data, seen.toByteArray());
  }

  @Test
  void accept() throws Exception {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      interruptWhileBlocked(
          () -> {
            assertInterrupted(listener::accept);
            try (Conn client = Net.dial(listener.address());
                Conn accepted = listener.accept()) {
              assertEquals(client.localAddress(), accepted.remoteAddress());
            }
          });
    }
  }

  @Test
  void dial() throws Exception {
    try (Blackhole hole = new Blackhole()) {
      interruptWhileBlocked(() -> assertInterrupted(() -> Net.dial(hole.address())));
    }
  }

  @Test
  void waitingForTheLock() throws Exception {
    Thread reader = group.goAndBlock(() -> assertEquals(1, a.read(new byte[1])));
    Thread writer = group.goAndBlock(() -> a.write(new byte[32 << 20]));
    Thread[] waiting = new Thread[6];
    for (int i = 0; i < waiting.length; i += 2) {
      waiting[i] = group.goAndBlock(() -> assertInterrupted(() -> a.read(new byte[1])));
      waiting[i + 1] =
          group.goAndBlock(
              () ->
                  assertEquals(0, assertInterrupted(() -> a.write(new byte[1])).bytesTransferred));
    }
    for (Thread t : waiting) {
      t.interrupt();
      t.join();
    }
    assertTrue(reader.isAlive() && writer.isAlive());
    b.write(new byte[1]);
    group.go(() -> b.inputStream().readNBytes(32 << 20));
    group.await();
    group.go(() -> assertEquals(1, a.read(new byte[1]))); // the locks are free
    b.write(new byte[1]);
    group.await();
  }

  /** An interrupted lock waiter beside an unlock: the permit is not lost with it. */
  @Test
  void lockStorm() throws Exception {
    Group server = new Group(callers);
    server.go(() -> Traffic.echo(b));
    Thread[] users = new Thread[8];
    for (int i = 0; i < users.length; i++) {
      users[i] =
          group.go(
              () -> {
                for (int done = 0; done < 200; ) {
                  try {
                    a.write(new byte[1]);
                    done++;
                  } catch (InterruptedIOException e) {
                    assertTrue(Thread.interrupted());
                  }
                }
                for (int done = 0; done < 200; ) {
                  try {
                    assertEquals(1, a.read(new byte[1]));
                    done++;
                  } catch (InterruptedIOException e) {
                    assertTrue(Thread.interrupted());
                  }
                }
              });
    }
    while (Arrays.stream(users).anyMatch(Thread::isAlive)) {
      for (Thread t : users) {
        t.interrupt();
      }
      Thread.yield();
    }
    group.await();
    close();
    server.await();
  }

  /** Interrupts at any moment of a stream: every byte comes, once and in order. */
  @Test
  void noByteIsLost() throws Exception {
    byte[] data = Traffic.random(4, 1 << 20);
    Thread reader =
        group.go(
            () -> {
              byte[] seen = new byte[data.length];
              for (int n = 0; n < seen.length; ) {
                try {
                  n += a.read(seen, n, Math.min(777, seen.length - n));
                } catch (InterruptedIOException e) {
                  assertEquals(0, e.bytesTransferred);
                  assertTrue(Thread.interrupted());
                }
              }
              assertArrayEquals(data, seen);
            });
    Thread writer =
        group.go(
            () -> {
              for (int n = 0; n < data.length; ) {
                int length = Math.min(9999, data.length - n);
                try {
                  b.write(data, n, length);
                  n += length;
                } catch (InterruptedIOException e) {
                  n += e.bytesTransferred;
                  assertTrue(Thread.interrupted());
                }
              }
            });
    while (reader.isAlive() || writer.isAlive()) {
      reader.interrupt();
      writer.interrupt();
      Thread.yield();
    }
    group.await();
  }
}
