package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Await;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Pair;
import dev.loompoll.testing.Traffic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Close wakes whoever waits, and nobody touches a descriptor after it. */
@ParameterizedClass
@EnumSource(Callers.class)
class CloseTest {
  @Parameter Callers callers;

  private Group group;

  @BeforeEach
  void group() {
    group = new Group(callers);
  }

  private static void assertClosed(Executable operation) {
    ConnClosedException e = assertThrows(ConnClosedException.class, operation);
    assertTrue(e.getMessage().endsWith(": use of closed network connection"), e.getMessage());
  }

  @Test
  void unblocksRead() throws Exception {
    try (Pair pair = Pair.open()) {
      group.goAndBlock(() -> assertClosed(() -> pair.a().read(new byte[1])));
      pair.a().close();
      group.await();
    }
  }

  @Test
  void unblocksWrite() throws Exception {
    try (Pair pair = Pair.open()) {
      group.goAndBlock(() -> assertClosed(() -> Traffic.writeForever(pair.a())));
      pair.a().close();
      group.await();
    }
  }

  @Test
  void unblocksTenInAccept() throws Exception {
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    for (int i = 0; i < 10; i++) {
      group.goAndBlock(() -> assertClosed(listener::accept));
    }
    listener.close();
    group.await();
  }

  @Test
  void unblocksLockWaiters() throws Exception {
    try (Pair pair = Pair.open()) {
      Conn a = pair.a();
      for (int i = 0; i < 10; i++) {
        group.goAndBlock(() -> assertClosed(() -> a.read(new byte[1])));
        group.goAndBlock(() -> assertClosed(() -> Traffic.writeForever(a)));
      }
      a.close();
      group.await();
    }
  }

  /** A close at any moment of an operation: before it, at its start, while it parks. */
  @Test
  void unblocksWheneverItComes() throws Exception {
    for (int i = 0; i < 300; i++) {
      int spins = i % 30 * 20;
      try (Pair pair = Pair.open()) {
        group.go(() -> assertClosed(() -> pair.a().read(new byte[1])));
        group.go(
            () -> {
              for (int k = 0; k < spins; k++) {
                Thread.onSpinWait();
              }
              pair.a().close();
            });
        group.await();
      }
    }
  }

  @Test
  void closingTwiceIsNothing() throws Exception {
    try (Pair pair = Pair.open();
        Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      long closes = Loompoll.stats().closes();
      for (int i = 0; i < 2; i++) {
        pair.a().close();
        listener.close();
      }
      assertFalse(pair.a().isOpen());
      assertFalse(listener.isOpen());
      assertEquals(closes + 1, Loompoll.stats().closes());
    }
  }

  @Test
  void nothingWorksAfterwards() throws Exception {
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    Conn a = Net.dial(listener.address());
    listener.close();
    a.close();
    group.go(
        () -> {
          assertClosed(listener::accept);
          assertClosed(() -> a.read(new byte[1]));
          assertClosed(() -> a.read(new byte[0]));
          assertClosed(() -> a.read(ByteBuffer.allocateDirect(1)));
          assertClosed(() -> a.read(new ByteBuffer[0]));
          assertClosed(() -> a.write(new byte[1]));
          assertClosed(() -> a.write(new byte[0]));
          assertClosed(() -> a.write(ByteBuffer.allocate(1)));
          assertClosed(a::closeRead);
          assertClosed(a::closeWrite);
          assertClosed(() -> a.setNoDelay(true));
          assertClosed(() -> a.setLinger(0));
          assertClosed(() -> a.rawControl(fd -> true));
          assertClosed(() -> a.rawRead(fd -> true));
          assertClosed(() -> a.rawWrite(fd -> true));
          a.setDeadline(System.nanoTime()); // no effect, no harm
          listener.clearDeadline();
          assertTrue(a.localAddress().getPort() > 0);
          assertEquals(listener.address(), a.remoteAddress());
        });
    group.await();
  }

  /** Returns only when no operation can touch the descriptor; an interrupt does not change that. */
  @Test
  void waitsForTheLastOperation() throws Exception {
    try (Pair pair = Pair.open()) {
      Conn a = pair.a();
      AtomicReference<Path> entry = new AtomicReference<>();
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      group.go(
          () ->
              a.rawRead(
                  fd -> {
                    entry.set(Path.of("/proc/self/fd/" + fd));
                    inside.countDown();
                    awaitUninterruptibly(leave);
                    return true;
                  }));
      inside.await();
      Path fd = entry.get();
      Path socket = Files.readSymbolicLink(fd);
      Thread closer =
          group.goAndBlock(
              () -> {
                a.close();
                assertNotEquals(socket, targetOf(fd));
                assertTrue(Thread.currentThread().isInterrupted());
              });
      closer.interrupt();
      assertClosed(() -> a.read(new byte[1]));
      Await.parked(closer);
      assertEquals(socket, Files.readSymbolicLink(fd));
      assertTrue(closer.isAlive());
      leave.countDown();
      group.await();
    }
  }

  private static Path targetOf(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link);
    } catch (NoSuchFileException e) {
      return link;
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Descriptor numbers and PollDescs are used again at once: nobody gets another's bytes. */
  @Test
  void stormWithReuseOfDescriptors() throws Exception {
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    Group server = new Group(Callers.GOROUTINES);
    server.go(
        () -> {
          try {
            for (; ; ) {
              Conn conn = listener.accept();
              server.go(
                  () -> {
                    try (conn) {
                      Traffic.echo(conn);
                    }
                  });
            }
          } catch (ConnClosedException e) {
            // the end
          }
        });
    for (int i = 0; i < 50; i++) {
      int me = i;
      group.go(
          () -> {
            Random random = new Random(me);
            for (int round = 0; round < 20; round++) {
              try (Conn conn = Net.dial(listener.address())) {
                byte[] mine = new byte[1 + random.nextInt(8000)];
                random.nextBytes(mine);
                conn.write(mine);
                assertArrayEquals(mine, conn.inputStream().readNBytes(mine.length));
                if (random.nextInt(4) == 0) {
                  conn.setLinger(0); // a reset, and no TIME_WAIT
                }
              }
            }
          });
    }
    group.await();
    listener.close();
    server.await();
  }

  @Test
  void listenCloseListen() throws Exception {
    Listener first = Net.listen("tcp", "127.0.0.1:0");
    String address = "127.0.0.1:" + first.address().getPort();
    try (Conn client = Net.dial("tcp", address);
        Conn accepted = first.accept()) {
      first.close();
      for (int i = 0; i < 20; i++) {
        try (Listener again = Net.listen("tcp", address);
            Conn c = Net.dial("tcp", address)) {
          again.accept().close();
          assertEquals(-1, c.read(new byte[1]));
        }
      }
      client.write(new byte[] {7}); // the listener's end is not that of its connections
      assertEquals(1, accepted.read(new byte[1]));
    }
  }

  /** What waits in the kernel's queue is reset. */
  @Test
  void connectionsNotAcceptedAreReset() throws Exception {
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    try (Conn waiting = Net.dial(listener.address())) {
      group.goAndBlock(
          () -> assertThrows(ConnResetException.class, () -> waiting.read(new byte[1])));
      listener.close();
      group.await();
    }
  }

  @Test
  void tenAcceptorsServeAll() throws Exception {
    List<Conn> clients = new ArrayList<>();
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      for (int i = 0; i < 10; i++) {
        group.goAndBlock(
            () -> {
              for (int k = 0; k < 10; k++) {
                listener.accept().close();
              }
            });
      }
      for (int i = 0; i < 100; i++) {
        clients.add(Net.dial(listener.address()));
      }
      group.await();
    } finally {
      for (Conn c : clients) {
        c.close();
      }
    }
  }

  /** Closing one end ends the other's blocked read without an error. */
  @Test
  void peerSeesTheEnd() throws Exception {
    try (Pair pair = Pair.open()) {
      CountDownLatch ended = new CountDownLatch(1);
      group.goAndBlock(
          () -> {
            assertEquals(-1, pair.b().read(new byte[1]));
            ended.countDown();
          });
      pair.a().close();
      assertTrue(ended.await(30, TimeUnit.SECONDS));
      group.await();
    }
  }
}
