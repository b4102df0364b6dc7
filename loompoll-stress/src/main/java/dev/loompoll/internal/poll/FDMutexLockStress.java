package dev.loompoll.internal.poll;

import dev.loompoll.stress.Sleeper;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** FDMutex: the lock excludes, every waiter gets its permit, and none is left over. */
@JCStressTest
@Outcome(id = "4, 0, 0, 0", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(id = "4, .*, .*, 1", expect = Expect.FORBIDDEN, desc = "counts or permits left over")
@Outcome(id = "4, .*", expect = Expect.FORBIDDEN, desc = "lost wake-up")
@Outcome(expect = Expect.FORBIDDEN, desc = "two threads had the lock")
@State
public class FDMutexLockStress {
  private final Mutex mutex = new Mutex();
  private final boolean write = ThreadLocalRandom.current().nextBoolean();
  private final Sleeper first = new Sleeper();
  private final Sleeper second = new Sleeper();
  private int n; // guarded by the lock

  private int lockTwice() {
    for (int i = 0; i < 2; i++) {
      if (mutex.rwlock(write) == Result.OK) {
        n++;
        mutex.rwunlock(write);
      }
    }
    return 0;
  }

  @Actor
  public void first(IIII_Result r) {
    first.sleep(this::lockTwice);
    r.r2 = second.overslept();
  }

  @Actor
  public void second(IIII_Result r) {
    second.sleep(this::lockTwice);
    r.r3 = first.overslept();
  }

  @Arbiter
  public void left(IIII_Result r) {
    r.r1 = n;
    r.r4 = mutex.isUnused() ? 0 : 1;
  }
}
