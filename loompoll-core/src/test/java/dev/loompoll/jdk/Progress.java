package dev.loompoll.jdk;

import dev.loompoll.Loompoll;
import dev.loompoll.testing.Watchdog;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** How far a worker of a stress has come; and who watches all of them. */
final class Progress {
  private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(100);

  final String name;
  volatile @Nullable Thread thread;

  // Written by the worker, read by who watches.
  volatile long steps;
  volatile String doing = "nothing yet";
  volatile boolean over;
  volatile @Nullable Throwable failure;

  // Of who watches.
  private long seen = -1;
  private long unchanged;

  Progress(String name) {
    this.name = name;
  }

  /** The worker begins its next step. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void step(String what) {
    doing = what;
    steps++;
  }

  /** What the worker does from first to last. */
  void run(Loompoll.Task task) {
    try {
      task.run();
    } catch (Throwable t) {
      failure = t;
    } finally {
      over = true;
    }
  }

  /**
   * Watches until all are over or one has failed, on the calling thread. Time in which this thread
   * itself did not run is nobody's fault, and does not count.
   *
   * @param patience how long a step may take, in nanoseconds
   * @throws AssertionError when one takes longer; all threads are dumped before
   */
  static void watch(List<Progress> all, long patience, String title) throws IOException {
    long before = System.nanoTime();
    while (!all.stream().allMatch(p -> p.over)) {
      LockSupport.parkNanos(LOOK_EVERY);
      long now = System.nanoTime();
      long passed = Math.min(now - before, 2 * LOOK_EVERY);
      before = now;
      for (Progress p : all) {
        if (p.failure != null) {
          return; // it tells more than the others, which may wait for it
        }
        if (p.isStuck(passed, patience)) {
          Watchdog.dumpThreads("STUCK: " + p + "; " + title);
          throw new AssertionError(
              p + " has been in one step for " + patience / 1_000_000 + " ms; " + title);
        }
      }
    }
  }

  private boolean isStuck(long passed, long patience) {
    if (over || steps != seen) {
      seen = steps;
      unchanged = 0;
      return false;
    }
    unchanged += passed;
    return unchanged > patience;
  }

  @Override
  public String toString() {
    return name + " (" + thread + ") in step " + steps + ", " + doing;
  }
}
