package dev.loompoll.internal.poll;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * PollDesc and Timers: a deadline that is moved on just when it fires is not expired by the old
 * timer, and the new one is not lost, whichever of the two looks last.
 */
@JCStressTest
@Outcome(id = "0, -2", expect = Expect.ACCEPTABLE, desc = "expired when the later one is due")
@Outcome(id = "-2, .*", expect = Expect.FORBIDDEN, desc = "the old timer expired the new deadline")
@Outcome(expect = Expect.FORBIDDEN, desc = "nobody looks at the new deadline")
@State
public class DeadlineMoveStress {
  private static final long DUE = 50;
  private static final long LATER = 90;

  private final Descriptors descriptors = new Descriptors();
  private final PollDesc pd = descriptors.pd;

  public DeadlineMoveStress() {
    pd.setDeadline(true, false, DUE);
    descriptors.pollAt(Descriptors.START); // from the inbox to the heap
  }

  @Actor
  public void poller() {
    descriptors.pollAt(DUE);
  }

  @Actor
  public void setter() {
    pd.setDeadline(true, false, LATER);
  }

  @Arbiter
  public void later(II_Result r) {
    r.r1 = pd.check(false);
    descriptors.pollAt(LATER);
    r.r2 = pd.check(false);
  }
}
