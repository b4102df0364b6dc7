package dev.loompoll.testing;

import dev.loompoll.Loompoll;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that succeed or fail together. */
public final class Group {
  private record End(Thread thread, Throwable failure) {}

  private final Callers kind;
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private final LinkedBlockingQueue<End> ends = new LinkedBlockingQueue<>();
  private final AtomicInteger running = new AtomicInteger();

  public Group(Callers kind) {
    this.kind = kind;
  }

  public Thread go(Loompoll.Task task) {
    running.incrementAndGet();
    Thread t =
        kind.start(
            () -> {
              Throwable failure = null;
              try {
                task.run();
              } catch (Throwable e) {
                failure = e;
              }
              ends.add(new End(Thread.currentThread(), failure));
            });
    threads.add(t);
    return t;
  }

  /** Starts one and waits until it is blocked. */
  public Thread goAndBlock(Loompoll.Task task) {
    Thread t = go(task);
    Await.parked(t);
    return t;
  }

  /** Until all have ended, or one has failed: then the others are interrupted. */
  public void await() throws InterruptedException {
    while (running.get() > 0) {
      End end = ends.take();
      running.decrementAndGet();
      if (end.failure != null) {
        AssertionError e = new AssertionError("failed in " + end.thread, end.failure);
        interruptOthers(e);
        throw e;
      }
    }
  }

  private void interruptOthers(AssertionError e) throws InterruptedException {
    threads.forEach(Thread::interrupt);
    for (End other; running.get() > 0; running.decrementAndGet()) {
      other = ends.poll(5, TimeUnit.SECONDS);
      if (other == null) {
        return; // it hangs: what is known by now says more than the watchdog
      }
      if (other.failure != null) {
        e.addSuppressed(other.failure);
      }
    }
  }
}
