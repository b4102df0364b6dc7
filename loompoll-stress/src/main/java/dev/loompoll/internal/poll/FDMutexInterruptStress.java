package dev.loompoll.internal.poll;

import dev.loompoll.stress.Sleeper;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * FDMutex: an interrupted waiter lowers the count, or takes the permit that was given for it; in no
 * case is either left over. If that permit never comes, {@link Sleeper} halts the JVM.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "got the lock, though interrupted")
@Outcome(id = "-3, 0", expect = Expect.ACCEPTABLE, desc = "interrupted")
@Outcome(expect = Expect.FORBIDDEN, desc = "left over, or never came")
@State
public class FDMutexInterruptStress {
  private final Mutex mutex = new Mutex();
  private final boolean write = ThreadLocalRandom.current().nextBoolean();

  /** Whether the waiter sleeps first, and is interrupted then. */
  private final boolean asleep = ThreadLocalRandom.current().nextInt(8) == 0;

  private final int delay = ThreadLocalRandom.current().nextInt(64);
  private final Sleeper sleeper = new Sleeper();
  private volatile Thread waiter;
  private volatile boolean interrupted;

  public FDMutexInterruptStress() {
    mutex.rwlock(write);
  }

  @Actor
  public void waiter(II_Result r) {
    if (asleep) {
      waiter = Thread.currentThread();
    } else {
      Thread.currentThread().interrupt();
    }
    r.r1 = sleeper.sleep(() -> mutex.rwlock(write));
    while (asleep && !interrupted) {
      Thread.onSpinWait();
    }
    Thread.interrupted();
    if (r.r1 == Result.OK) {
      mutex.rwunlock(write);
    }
  }

  @Actor
  public void holder(II_Result r) {
    if (asleep) {
      Thread w;
      while ((w = waiter) == null) {
        Thread.onSpinWait();
      }
      w.interrupt();
      interrupted = true;
    }
    for (int i = 0; i < delay; i++) {
      Thread.onSpinWait();
    }
    mutex.rwunlock(write);
    r.r2 = sleeper.overslept();
  }

  @Arbiter
  public void left(II_Result r) {
    r.r2 |= mutex.isUnused() ? 0 : 1;
  }
}
