package dev.loompoll.server.conformance;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Something that another thread does meanwhile. */
final class Background<T> {
  private static final long LIMIT_SECONDS = 30;

  interface Action {
    void run() throws Exception;
  }

  private final FutureTask<T> task;

  private Background(Callable<T> work) {
    task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().name("background").start(task);
  }

  static <T> Background<T> of(Callable<T> work) {
    return new Background<>(work);
  }

  static Background<Void> run(Action action) {
    return new Background<>(
        () -> {
          action.run();
          return null;
        });
  }

  boolean isDone() {
    return task.isDone();
  }

  /** What it returned, when it has; throws what it threw. */
  T join() throws Exception {
    try {
      return task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw e;
      }
    }
  }
}
