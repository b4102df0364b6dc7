package dev.loompoll.bench.sched;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import dev.loompoll.bench.sched.WorkMain.Starter;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * {@code deadlines SLEEPERS PAIRS MILLIS SET}: that many goroutines asleep for a day, then echoes
 * between pairs of goroutines over TCP, each read with a deadline set anew or without any. The
 * sleepers' timers are in the same heaps as the deadlines.
 */
final class ArmedDeadlines {
  private static final Duration FAR = Duration.ofSeconds(30);

  private static int asleep;

  private final boolean set;
  private final long end;
  private final LongAdder echoes = new LongAdder();

  private ArmedDeadlines(boolean set, long end) {
    this.set = set;
    this.end = end;
  }

  static Map<String, Long> run(Starter starter, int[] n) throws Exception {
    CountDownLatch started = new CountDownLatch(Math.max(0, n[0] - asleep));
    for (; asleep < n[0]; asleep++) {
      starter
          .go()
          .accept(
              () -> {
                started.countDown();
                try {
                  Thread.sleep(Duration.ofDays(1));
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
    }
    started.await();
    long start = System.nanoTime();
    ArmedDeadlines work = new ArmedDeadlines(n[3] != 0, start + n[2] * 1_000_000L);
    CountDownLatch over = new CountDownLatch(n[1]);
    try (Listener listener = Net.listen("tcp4", "127.0.0.1:0")) {
      for (int i = 0; i < n[1]; i++) {
        Conn client = Net.dial(listener.address());
        Conn server = listener.accept();
        starter.go().accept(() -> work.answer(server));
        starter
            .go()
            .accept(
                () -> {
                  work.ask(client);
                  over.countDown();
                });
      }
      over.await();
    }
    return Map.of("rate", work.echoes.sum() * 1_000_000_000L / (System.nanoTime() - start));
  }

  private void ask(Conn conn) {
    byte[] message = new byte[64];
    try (conn) {
      while (System.nanoTime() < end) {
        conn.write(message, 0, message.length);
        for (int got = 0; got < message.length; ) {
          got += read(conn, message, got);
        }
        echoes.increment();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(Conn conn) {
    byte[] message = new byte[64];
    try (conn) {
      for (int n; (n = read(conn, message, 0)) > 0; ) {
        conn.write(message, 0, n);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private int read(Conn conn, byte[] into, int from) throws IOException {
    if (set) {
      conn.setReadDeadline(FAR);
    }
    return conn.read(into, from, into.length - from);
  }
}
