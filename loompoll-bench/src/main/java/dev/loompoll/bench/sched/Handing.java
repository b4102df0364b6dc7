package dev.loompoll.bench.sched;

import dev.loompoll.bench.sched.WorkMain.Starter;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Goroutines that hand each other the turn. */
final class Handing {
  private Handing() {}

  /** Waits for its token, and gives it to the next. */
  private static final class Link {
    private final Link[] ring;
    private final int number;
    private volatile @Nullable Thread thread;
    private volatile int tokens;

    Link(Link[] ring, int number) {
      this.ring = ring;
      this.number = number;
    }

    void run(int rounds, CountDownLatch ready, CountDownLatch done) {
      thread = Thread.currentThread();
      ready.countDown();
      for (int round = 1; round <= rounds; round++) {
        while (tokens < round) {
          LockSupport.park(this);
        }
        pass();
      }
      done.countDown();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // there is one token
    void pass() {
      Link next = ring[(number + 1) % ring.length];
      next.tokens++;
      LockSupport.unpark(next.thread);
    }
  }

  /** {@code ring N ROUNDS}: N goroutines, and a token that goes round. */
  static Map<String, Long> ring(Starter starter, int[] n) throws InterruptedException {
    long start = System.nanoTime();
    Link[] links = new Link[n[0]];
    CountDownLatch ready = new CountDownLatch(n[0]);
    CountDownLatch done = new CountDownLatch(n[0]);
    for (int i = 0; i < n[0]; i++) {
      links[i] = new Link(links, i);
    }
    for (Link link : links) {
      starter.go().accept(() -> link.run(n[1], ready, done));
    }
    ready.await();
    links[n[0] - 1].pass();
    done.await();
    return Map.of("nanos", System.nanoTime() - start);
  }

  /** {@code sleepers N MILLIS}: N goroutines asleep, each for a time of its own up to that. */
  static Map<String, Long> sleepers(Starter starter, int[] n) throws InterruptedException {
    Random random = new Random(1);
    long start = System.nanoTime();
    CountDownLatch done = new CountDownLatch(n[0]);
    for (int i = 0; i < n[0]; i++) {
      long nanos = (long) (random.nextDouble() * n[1] * 1_000_000);
      starter
          .go()
          .accept(
              () -> {
                try {
                  Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                done.countDown();
              });
    }
    done.await();
    return Map.of("nanos", System.nanoTime() - start);
  }

  /** {@code monitor N TIMES}: N goroutines that take one monitor so many times each. */
  static Map<String, Long> monitor(Starter starter, int[] n) throws InterruptedException {
    Object monitor = new Object();
    long[] counter = new long[1];
    CountDownLatch done = new CountDownLatch(n[0]);
    long start = System.nanoTime();
    for (int i = 0; i < n[0]; i++) {
      starter
          .go()
          .accept(
              () -> {
                for (int k = 0; k < n[1]; k++) {
                  synchronized (monitor) {
                    counter[0]++;
                  }
                  if (k % 100 == 0) {
                    Thread.yield(); // or they would hardly meet
                  }
                }
                done.countDown();
              });
    }
    done.await();
    long nanos = System.nanoTime() - start;
    synchronized (monitor) {
      if (counter[0] != (long) n[0] * n[1]) {
        throw new IllegalStateException("counted " + counter[0]);
      }
    }
    return Map.of("nanos", nanos);
  }
}
