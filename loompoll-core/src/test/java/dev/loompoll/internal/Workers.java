package dev.loompoll.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;

/** The threads of a unit test: what fails in one of them fails the test, and none outlives it. */
public final class Workers implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private final LinkedBlockingQueue<FutureTask<?>> done = new LinkedBlockingQueue<>();

  /** A task that fails by throwing. */
  @FunctionalInterface
  public interface Body {
    void run() throws Exception;
  }

  public <T> FutureTask<T> call(Callable<T> body) {
    FutureTask<T> task = new FutureTask<>(body);
    start(task);
    return task;
  }

  /** Returns the thread, for tests that interrupt it or look at it. */
  public Thread run(Body body) {
    return start(
        new FutureTask<>(
            () -> {
              body.run();
              return null;
            }));
  }

  private Thread start(FutureTask<?> task) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .unstarted(
                () -> {
                  task.run();
                  done.add(task);
                });
    threads.add(thread);
    thread.start();
    return thread;
  }

  /** Waits for all; the first failure is thrown, even while others still run. */
  public void join() throws Exception {
    for (int i = 0; i < threads.size(); i++) {
      try {
        done.take().get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw e;
      }
    }
    threads.clear();
  }

  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }

  /** Waits for what is certain to come; its absence is a hang, which the test's time limit ends. */
  public static void until(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Thread.yield();
    }
  }
}
