package dev.loompoll.internal.net;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The few threads on which the C library's resolver may block; more look-ups wait their turn. */
final class Lookups {
  private static final int THREADS = 16;

  static final Executor THREADS_FOR_LOOKUPS = threads();

  private Lookups() {}

  private static Executor threads() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("loompoll-resolve-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
