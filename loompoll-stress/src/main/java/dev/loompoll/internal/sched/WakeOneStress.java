package dev.loompoll.internal.sched;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Scheduler: a thread that wants to wake a P counts itself as spinning for a moment. When it finds
 * none to wake, it must not have kept another pusher from waking one that became idle just then.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "ran")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost wake-up, or ran twice")
@State
public class WakeOneStress {
  private final IdleMachine m = new IdleMachine(1, this::event, this::push);
  private int ran;

  /** Ends the first sleep: the M leaves the idle set, and comes back. */
  private void event() {
    m.wake();
  }

  private void push() {
    m.scheduler.execute(() -> ran++);
  }

  @Actor
  public void machine() {
    m.run();
  }

  @Actor
  public void waker() {
    for (int i = 0; i < 4; i++) {
      m.scheduler.wakeOne();
    }
    m.done();
  }

  @Arbiter
  public void count(I_Result r) {
    r.r1 = ran;
  }
}
