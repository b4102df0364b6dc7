package dev.loompoll.gallery;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for conditions by looking again and again; gives up loudly. */
final class Await {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private Await() {}

  static void until(String what, Callable<Boolean> condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        throw new AssertionError("waited in vain until " + what);
      }
      Thread.yield();
    }
  }
}
