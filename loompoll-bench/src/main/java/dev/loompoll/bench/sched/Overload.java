package dev.loompoll.bench.sched;

import dev.loompoll.Loompoll;
import dev.loompoll.bench.sched.WorkMain.Starter;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** More CPU work than there are CPUs. */
final class Overload {
  private static final long IN_TIME = 500_000_000;

  private Overload() {}

  /**
   * {@code overload TASK_MILLIS TASKS_A_SECOND SECONDS}: how many tasks of a time ended soon after
   * they were sent.
   */
  static Map<String, Long> run(Starter starter, int[] n) throws InterruptedException {
    long loops = loopsFor(n[0]);
    int tasks = n[1] * n[2];
    long between = 1_000_000_000L / n[1];
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger inTime = new AtomicInteger();
    AtomicLong sink = new AtomicLong();
    long start = System.nanoTime();
    int machines = 0;
    for (int i = 0; i < tasks; i++) {
      long sent = start + i * between;
      for (long left; (left = sent - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left);
      }
      starter
          .go()
          .accept(
              () -> {
                sink.addAndGet(burn(loops));
                if (System.nanoTime() - sent <= IN_TIME) {
                  inTime.getAndIncrement();
                }
                ended.getAndIncrement();
              });
      if (starter.loompoll()) {
        machines = Math.max(machines, Loompoll.stats().machines());
      }
    }
    int endedThen = ended.get();
    int inTimeThen = inTime.get();
    while (ended.get() < tasks) {
      LockSupport.parkNanos(1_000_000);
    }
    return Map.of(
        "inTime", (long) inTimeThen,
        "ended", (long) endedThen,
        "nanos", System.nanoTime() - start,
        "machines", (long) machines);
  }

  /** How many loops fill so many milliseconds, by the fastest of some tries. */
  private static long loopsFor(int millis) {
    long tries = 20_000_000;
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      long start = System.nanoTime();
      if (burn(tries) == 0) {
        throw new IllegalStateException();
      }
      best = Math.min(best, System.nanoTime() - start);
    }
    return (long) (tries * (millis * 1e6 / best));
  }

  private static long burn(long loops) {
    long x = 1;
    for (long i = 0; i < loops; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
    }
    return x;
  }
}
