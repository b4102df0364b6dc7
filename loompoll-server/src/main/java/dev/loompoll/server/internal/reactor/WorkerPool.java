package dev.loompoll.server.internal.reactor;

import dev.loompoll.Loompoll;
import dev.loompoll.server.Workers;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers. Its queue has no bound of its own: a connection has at most one call in it, and
 * the gate lets only so many in.
 */
final class WorkerPool implements Executor {
  /** For handlers that do not heed an interrupt. */
  private static final long LAST_PATIENCE_MILLIS = 1_000;

  private final ExecutorService pool;

  /** Of goroutines, which are as many as the calls; null for threads. */
  private final @Nullable Semaphore turns;

  WorkerPool(Workers workers) {
    if (workers.goroutines()) {
      pool = Loompoll.newExecutor();
      turns = new Semaphore(workers.count(), true);
    } else {
      pool =
          Executors.newFixedThreadPool(
              workers.count(), Thread.ofPlatform().daemon().name("worker-", 0).factory());
      turns = null;
    }
  }

  /** Never waits, never runs the task itself. */
  @Override
  public void execute(Runnable task) {
    Semaphore semaphore = turns;
    pool.execute(semaphore == null ? task : () -> runInTurn(task, semaphore));
  }

  private static void runInTurn(Runnable task, Semaphore turns) {
    turns.acquireUninterruptibly();
    try {
      task.run();
    } finally {
      turns.release();
    }
  }

  /**
   * When no connection is left. A handler that still runs, for a connection that was closed by
   * force, is interrupted; what was in the queue finds its connection closed.
   */
  void end() throws InterruptedException {
    for (Runnable queued : pool.shutdownNow()) {
      queued.run();
    }
    var unused = pool.awaitTermination(LAST_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }
}
