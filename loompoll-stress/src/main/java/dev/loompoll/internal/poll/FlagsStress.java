package dev.loompoll.internal.poll;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * PollDesc: an event's flags reach its own descriptor even while that is closed, and never the next
 * one in its slot, whose generation is another.
 */
@JCStressTest
@Outcome(id = "0, 0, 1", expect = Expect.ACCEPTABLE, desc = "recycled: the new one has no flag")
@Outcome(id = "1, -1, 0", expect = Expect.ACCEPTABLE, desc = "closed, and has the flag")
@Outcome(id = "0, .*", expect = Expect.FORBIDDEN, desc = "an old event marked the new one")
@Outcome(expect = Expect.FORBIDDEN, desc = "a flag was overwritten")
@State
public class FlagsStress {
  private final PollDesc pd = new Descriptors().pd;
  private final long token = pd.token();
  private final boolean recycle = ThreadLocalRandom.current().nextBoolean();

  /** An event said ERR, this one does not: it takes that flag back before it sets its own. */
  private final boolean afterError = ThreadLocalRandom.current().nextBoolean();

  public FlagsStress() {
    if (afterError) {
      pd.ready(token, false, false, PollDesc.EVENT_ERROR);
    }
  }

  @Actor
  public void poller() {
    pd.ready(token, true, true, PollDesc.NO_DRAIN | (afterError ? 0 : PollDesc.EVENT_ERROR));
  }

  @Actor
  public void closer() {
    pd.evict();
    if (recycle) {
      pd.release();
      pd.open();
    }
  }

  @Arbiter
  public void flags(III_Result r) {
    r.r1 = recycle ? 0 : 1;
    r.r2 = pd.check(false);
    r.r3 = pd.mayDrain() ? 1 : 0;
  }
}
