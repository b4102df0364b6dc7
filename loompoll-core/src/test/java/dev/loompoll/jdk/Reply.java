package dev.loompoll.jdk;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * One of the JDK's ways to wait for another thread. A lost wake-up leaves {@link #await} hanging.
 */
interface Reply {
  /** Ends the wait. Once, by any thread; never blocks for long. */
  void answer();

  /** Waits for the answer, without a limit. */
  void await() throws InterruptedException;

  /** Any of them, for the calling thread. */
  static Reply any(RandomGenerator random) {
    return switch (random.nextInt(9)) {
      case 0 -> new Future(false);
      case 1 -> new Future(true);
      case 2 -> new Monitor(0);
      case 3 -> new Monitor(1);
      case 4 -> new Signal(random.nextBoolean());
      case 5 -> new Permit();
      case 6 -> new Latch();
      case 7 -> new Queue();
      default -> new Park(Thread.currentThread());
    };
  }

  /** A future. */
  record Future(CompletableFuture<Integer> future, boolean timed) implements Reply {
    Future(boolean timed) {
      this(new CompletableFuture<>(), timed);
    }

    @Override
    public void answer() {
      future.complete(1);
    }

    @Override
    public void await() throws InterruptedException {
      try {
        while (timed) {
          try {
            future.get(300, TimeUnit.MICROSECONDS);
            return;
          } catch (TimeoutException e) {
            // again
          }
        }
        future.get();
      } catch (ExecutionException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Object.wait and notify. */
  final class Monitor implements Reply {
    private final long timeout;
    private boolean answered;

    Monitor(long timeoutMillis) {
      this.timeout = timeoutMillis;
    }

    @Override
    public synchronized void answer() {
      answered = true;
      notify();
    }

    @Override
    public synchronized void await() throws InterruptedException {
      while (!answered) {
        wait(timeout);
      }
    }
  }

  /** A condition. */
  final class Signal implements Reply {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final boolean timed;
    private boolean answered;

    Signal(boolean timed) {
      this.timed = timed;
    }

    @Override
    public void answer() {
      lock.lock();
      try {
        answered = true;
        changed.signal();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void await() throws InterruptedException {
      lock.lock();
      try {
        while (!answered) {
          if (timed) {
            changed.awaitNanos(300_000);
          } else {
            changed.await();
          }
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** A semaphore. */
  record Permit(Semaphore permits) implements Reply {
    Permit() {
      this(new Semaphore(0));
    }

    @Override
    public void answer() {
      permits.release();
    }

    @Override
    public void await() throws InterruptedException {
      permits.acquire();
    }
  }

  /** A latch. */
  record Latch(CountDownLatch latch) implements Reply {
    Latch() {
      this(new CountDownLatch(1));
    }

    @Override
    public void answer() {
      latch.countDown();
    }

    @Override
    public void await() throws InterruptedException {
      latch.await();
    }
  }

  /** A queue of its own. */
  record Queue(BlockingQueue<Integer> queue) implements Reply {
    Queue() {
      this(new ArrayBlockingQueue<>(1));
    }

    @Override
    public void answer() {
      queue.add(1);
    }

    @Override
    public void await() throws InterruptedException {
      queue.take();
    }
  }

  /** Park and unpark. */
  final class Park implements Reply {
    private final Thread waiter;
    private volatile boolean answered;

    Park(Thread waiter) {
      this.waiter = waiter;
    }

    @Override
    public void answer() {
      answered = true;
      LockSupport.unpark(waiter);
    }

    @Override
    public void await() throws InterruptedException {
      while (!answered) {
        LockSupport.park(this);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
  }
}
