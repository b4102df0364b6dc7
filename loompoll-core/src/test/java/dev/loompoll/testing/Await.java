package dev.loompoll.testing;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for conditions by looking again and again; gives up loudly. */
public final class Await {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private Await() {}

  public static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        throw new AssertionError("waited in vain until " + what);
      }
      Thread.yield();
    }
  }

  /** Until the thread waits, for I/O or a lock, or has ended. */
  public static void parked(Thread t) {
    until(
        t + " waits",
        () ->
            switch (t.getState()) {
              case WAITING, TIMED_WAITING, TERMINATED -> true;
              default -> false;
            });
  }
}
