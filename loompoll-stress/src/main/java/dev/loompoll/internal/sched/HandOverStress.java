package dev.loompoll.internal.sched;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Scheduler: a task makes another runnable while its P is handed to another M, which then finds
 * nothing and sleeps. The task's thread sees that it has lost the P and wakes it, or the new M sees
 * what it pushed.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "ran")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, or ran twice")
@State
public class HandOverStress {
  private static final int OLD = 7;

  private final IdleMachine m = new IdleMachine(1);
  private final boolean mounted = ThreadLocalRandom.current().nextBoolean();
  private final long running;
  private int ran;

  public HandOverStress() {
    m.processor().acquire(OLD);
    running = m.processor().beginTask(m.processor().ownerWord());
  }

  @Actor
  public void machine() {
    m.runWithItInPlaceOf(running);
  }

  @Actor
  public void task() {
    m.scheduler.execute(() -> ran++, m.processor(), OLD, mounted);
    m.done();
  }

  @Arbiter
  public void count(I_Result r) {
    r.r1 = ran;
  }
}
