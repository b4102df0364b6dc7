package dev.loompoll.internal.poll;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * PollDesc: of an interrupt and an edge exactly one wins. A waiter that gives up takes itself back,
 * so the edge is READY for the next one; if it cannot, it was woken.
 */
@JCStressTest
@Outcome(id = "-3, 0", expect = Expect.ACCEPTABLE, desc = "interrupted, the edge stays READY")
@Outcome(id = "0, -3", expect = Expect.ACCEPTABLE, desc = "the edge won, and is used up")
@Outcome(id = "-3, -3", expect = Expect.FORBIDDEN, desc = "the edge woke nobody and is lost")
@Outcome(expect = Expect.FORBIDDEN, desc = "the edge was used twice")
@State
public class InterruptReadyStress {
  private final PollDesc pd = new Descriptors().pd;

  @Actor
  public void interrupted(II_Result r) {
    r.r1 = Descriptors.awaitNothing(pd, false);
  }

  @Actor
  public void poller() {
    pd.ready(pd.token(), true, false, 0);
  }

  @Arbiter
  public void next(II_Result r) {
    r.r2 = Descriptors.awaitNothing(pd, false);
  }
}
