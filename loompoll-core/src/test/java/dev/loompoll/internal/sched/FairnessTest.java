package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Under load no connection among many is forgotten. */
class FairnessTest {
  private static final int CONNECTIONS = 1_000;
  private static final int ECHOES_EACH = 100;

  /** A network on which whoever has waited is ready again at once, in the order of waiting. */
  private static final class BusyNet implements NetPoll {
    private final Queue<Thread> ready = new ConcurrentLinkedQueue<>();
    private final Semaphore woken = new Semaphore(0);
    private volatile boolean over;

    @Override
    public Buffer newBuffer() {
      return new Buffer() {};
    }

    /** As epoll does: 128 events a wait. */
    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      if (timeoutNanos != 0 && ready.isEmpty()) {
        woken.acquireUninterruptibly();
      }
      if (over) {
        throw new Stopped();
      }
      int n = 0;
      for (Thread t; n < 128 && (t = ready.poll()) != null; n++) {
        LockSupport.unpark(t);
      }
      return n;
    }

    @Override
    public void wake() {
      woken.release();
    }
  }

  private final BusyNet net = new BusyNet();
  private final Scheduler scheduler = new Scheduler(1, () -> net, Clock.SYSTEM, null);
  private final Semaphore ended = new Semaphore(0);
  private final AtomicInteger left = new AtomicInteger(CONNECTIONS * ECHOES_EACH);

  private void serve(int[] echoes, int me) {
    while (left.getAndDecrement() > 0) {
      echoes[me]++;
      net.ready.add(Thread.currentThread());
      LockSupport.park();
    }
    ended.release();
  }

  private void runAll(List<Thread> threads) throws InterruptedException {
    threads.forEach(Thread::start);
    scheduler.start();
    assertTrue(ended.tryAcquire(threads.size(), 60, TimeUnit.SECONDS), "not all have ended");
    net.over = true;
    net.wake();
  }

  /** All are ready all the time, and they are more than the P's queue holds. */
  @Test
  void everyConnectionGetsItsShare() throws Exception {
    int[] echoes = new int[CONNECTIONS];
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      int me = i;
      threads.add(scheduler.newThread("echo" + i, () -> serve(echoes, me)));
    }
    runAll(threads);
    Arrays.sort(echoes);
    assertTrue(
        echoes[0] >= ECHOES_EACH * 0.85 && echoes[CONNECTIONS - 1] <= ECHOES_EACH * 1.15,
        "from " + echoes[0] + " to " + echoes[CONNECTIONS - 1] + " echoes");
  }
}
