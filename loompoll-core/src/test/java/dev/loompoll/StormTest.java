package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Everything at once and at random: connect, echo, half-close, reset, deadlines, interrupts,
 * closing from other threads. Whatever a client reads is what it wrote; at the end nothing hangs
 * (the watchdog) and nothing is left over (the oracles).
 *
 * <p>{@code -Dloompoll.storm.seed=N} repeats a client's decisions, though not the threads' timing;
 * {@code -Dloompoll.storm.seconds=N} sets how long the soak variant takes.
 */
class StormTest {
  private static final int CLIENTS = 40;

  private final long seed = Long.getLong("loompoll.storm.seed", System.nanoTime());
  private final AtomicLong echoes = new AtomicLong();
  private final AtomicLong cut = new AtomicLong();
  private final Group servers = new Group(Callers.GOROUTINES);

  @Test
  void storm() throws Exception {
    storm(5);
  }

  @Test
  @Tag("soak")
  @Timeout(value = 1, unit = TimeUnit.DAYS)
  void longStorm() throws Exception {
    storm(Integer.getInteger("loompoll.storm.seconds", 60));
  }

  private void storm(int seconds) throws Exception {
    System.out.println("storm seed " + seed);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    servers.go(() -> serve(listener));
    Group[] clients = new Group[Callers.values().length];
    for (Callers kind : Callers.values()) {
      Group group = clients[kind.ordinal()] = new Group(kind);
      for (int i = 0; i < CLIENTS; i++) {
        RandomGenerator random = generator(seed + i * 31L + kind.ordinal());
        group.go(() -> client(listener, random, end));
      }
    }
    for (Group group : clients) {
      group.await();
    }
    listener.close();
    servers.await();
    System.out.println("storm: " + echoes + " echoes whole, " + cut + " cut short");
    assertTrue(echoes.get() > 0 && cut.get() > 0, "no storm at all");
  }

  private static RandomGenerator generator(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  // ---- the servers: echo, and now and then cut off

  private void serve(Listener listener) throws Exception {
    RandomGenerator random = generator(seed);
    for (; ; ) {
      try {
        if (random.nextInt(20) == 0) {
          listener.setDeadline(Duration.ofNanos(random.nextInt(1_000_000)));
        }
        Conn conn = listener.accept();
        long own = random.nextLong();
        servers.go(() -> session(conn, generator(own)));
      } catch (DeadlineExceededException e) {
        listener.clearDeadline();
      } catch (ConnClosedException e) {
        return;
      }
    }
  }

  private void session(Conn conn, RandomGenerator random) throws Exception {
    byte[] buffer = new byte[1 + random.nextInt(40_000)];
    try (conn) {
      for (int n; (n = conn.read(buffer)) > 0; ) {
        conn.write(buffer, 0, n);
        if (random.nextInt(200) == 0) {
          if (random.nextBoolean()) {
            conn.setLinger(0);
          }
          return;
        }
      }
    } catch (ConnResetException e) {
      // the client's doing
    }
  }

  // ---- the clients

  private void client(Listener listener, RandomGenerator random, long end) throws Exception {
    Thread me = Thread.currentThread();
    while (System.nanoTime() - end < 0) {
      try (Conn conn = Net.dial(listener.address())) {
        int rounds = random.nextInt(1, 20);
        for (int i = 0; i < rounds; i++) {
          switch (random.nextInt(12)) {
            case 0 -> conn.setDeadline(Duration.ofNanos(random.nextInt(500_000)));
            case 1 -> conn.setReadDeadline(Duration.ofMillis(random.nextInt(20)));
            case 2 -> conn.setWriteDeadline(Duration.ofNanos(random.nextInt(100_000)));
            case 3 -> closeSoon(conn, random);
            case 4 -> me.interrupt();
            default -> conn.clearDeadline();
          }
          exchange(conn, random);
          echoes.incrementAndGet();
        }
        end(conn, random);
      } catch (ConnClosedException | ConnResetException | InterruptedIOException e) {
        cut.incrementAndGet(); // a deadline is an InterruptedIOException, too
      } catch (ConnectException e) { // many CPUs dial faster than ports leave TIME_WAIT
        assertTrue(e.getMessage().endsWith("(EADDRNOTAVAIL)"), e::toString);
        Thread.yield();
      } catch (SocketException e) {
        assertTrue(e.getMessage().endsWith("(ENOTCONN)"), e::toString); // half-close after a reset
      } finally {
        Thread.interrupted();
      }
    }
  }

  private void closeSoon(Conn conn, RandomGenerator random) {
    int yields = random.nextInt(5);
    servers.go(
        () -> {
          for (int i = 0; i < yields; i++) {
            Thread.yield();
          }
          conn.close();
        });
  }

  /** Writes a pattern of its own and checks what comes back. */
  private static void exchange(Conn conn, RandomGenerator random) throws IOException {
    int length = random.nextInt(10) == 0 ? random.nextInt(30_000) + 1 : random.nextInt(200) + 1;
    byte[] out = new byte[length];
    random.nextBytes(out);
    byte[] in = new byte[length];
    conn.write(out);
    int n = 0;
    while (n < length) {
      int r = conn.read(in, n, length - n);
      if (r < 0) {
        break; // the server has had enough
      }
      n += r;
    }
    assertEquals(-1, java.util.Arrays.mismatch(out, 0, n, in, 0, n), "corrupted");
    if (n < length) {
      throw new ConnResetException("cut off");
    }
  }

  private static void end(Conn conn, RandomGenerator random) throws IOException {
    switch (random.nextInt(3)) {
      case 0 -> {
        conn.closeWrite();
        conn.clearDeadline();
        int n = conn.read(new byte[10]);
        assertTrue(n < 0, "bytes that nobody wrote");
      }
      case 1 -> conn.setLinger(0);
      default -> {}
    }
  }
}
