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
 * Scheduler and Machine: what another thread makes runnable while the last M goes idle, spinning
 * before that or not, is run: the pusher sees the idle P or the M sees the task.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "ran")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost wake-up, or ran twice")
@State
public class IdleStress {
  private final IdleMachine m = new IdleMachine(ThreadLocalRandom.current().nextInt(1, 3));
  private int ran;

  @Actor
  public void machine() {
    m.run();
  }

  @Actor
  public void pusher() {
    m.scheduler.execute(() -> ran++);
    m.done();
  }

  @Arbiter
  public void count(I_Result r) {
    r.r1 = ran;
  }
}
