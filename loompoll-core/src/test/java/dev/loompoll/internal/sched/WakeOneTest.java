package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.loompoll.internal.Workers;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A thread that wants to wake a P counts itself as spinning, and may find none. Meanwhile another
 * thread pushes, and relies on it.
 *
 * <p>{@code WakeOneStress} has the same with a real M. Here there are so many Ps that the search
 * among them takes a while, long enough for all that has to happen in it.
 */
class WakeOneTest {
  private static final int PROCS = 4096;
  private static final int ROUNDS = 200_000;

  private static final class NoNet implements NetPoll {
    @Override
    public Buffer newBuffer() {
      return new Buffer() {};
    }

    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      return 0;
    }

    @Override
    public void wake() {}
  }

  private final Scheduler scheduler =
      new Scheduler(PROCS, NoNet::new, Clock.SYSTEM, null); // never started
  private final IdleSet idle = scheduler.idle;

  private static void spin(int n) {
    for (int i = 0; i < n; i++) {
      Thread.onSpinWait();
    }
  }

  private static void until(AtomicInteger value, int reached) {
    for (int i = 0; value.get() < reached; i++) {
      if (i < 1000) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  /** As many rounds as there is time for, where the two share a CPU with others. */
  @Test
  void whoFoundNobodyToWakeLooksAgain() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    try (Workers workers = new Workers()) {
      workers.run(
          () -> {
            Random random = new Random(1);
            for (int round = 1; ; round++) {
              until(begun, round);
              if (begun.get() > ROUNDS) {
                return;
              }
              spin(random.nextInt(8));
              scheduler.wakeOne();
              ended.set(round);
            }
          });
      workers.run(
          () -> {
            Random random = new Random(2);
            for (int round = 1; round <= ROUNDS && System.nanoTime() - end < 0; round++) {
              idle.add(0);
              begun.set(round);
              spin(random.nextInt(16));
              boolean byItself = idle.remove(0);
              if (byItself) {
                idle.add(0); // it found nothing, and is back
              }
              scheduler.execute(() -> {});
              until(ended, round);
              assertFalse(idle.contains(0), "nobody woke it");
              assertNotNull(scheduler.pollGlobal());
              scheduler.stopSpinning(); // so the woken one was counted
            }
            begun.set(ROUNDS + 1);
          });
      workers.join();
    }
  }
}
