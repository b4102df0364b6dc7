package dev.loompoll.bench.sched;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * The least that a scheduler of virtual threads can be: a queue, and whoever calls {@link #runAll}.
 * It and all that unparks its threads must be on that one thread. Needs {@code --add-opens
 * java.base/java.lang=ALL-UNNAMED}.
 */
public final class BareExecutor implements Executor {
  private static final MethodHandle NEW_THREAD;

  static {
    try {
      NEW_THREAD =
          MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
              .findStatic(
                  Class.forName("java.lang.ThreadBuilders"),
                  "newVirtualThread",
                  MethodType.methodType(
                      Thread.class, Executor.class, String.class, int.class, Runnable.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();

  @Override
  public void execute(Runnable task) {
    queue.add(task);
  }

  /** A virtual thread of this executor, not started. */
  public Thread thread(String name, Runnable task) {
    try {
      return (Thread) NEW_THREAD.invokeExact((Executor) this, name, 0, task);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** Until none can run. */
  public void runAll() {
    for (Runnable task; (task = queue.poll()) != null; ) {
      task.run();
    }
  }
}
