package dev.loompoll.bench.server;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Goroutines that take and free, without a pause, a lock that every echo needs too. */
final class LockHog extends Stall {
  static final ReentrantLock LOCK = new ReentrantLock();

  private volatile long sink;

  LockHog(int count) {
    super(count);
  }

  @Override
  void run(int number, int mine, Consumer<Runnable> go) {
    long x = number;
    while (goesOn(mine)) {
      LOCK.lock();
      try {
        x = Spin.work(x);
      } finally {
        LOCK.unlock();
      }
      x = Spin.work(x);
    }
    sink = x + sink;
  }
}
