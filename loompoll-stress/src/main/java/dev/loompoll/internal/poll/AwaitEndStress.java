package dev.loompoll.internal.poll;

import dev.loompoll.stress.Sleeper;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * PollDesc: a past deadline, a timer and a close end the wait of a thread that waits or is about
 * to. It publishes itself and looks at deadline and flags; the others set these and look for it.
 */
@JCStressTest
@Outcome(id = "0, -2, 0", expect = Expect.ACCEPTABLE, desc = "ended by a past deadline")
@Outcome(id = "1, -2, 0", expect = Expect.ACCEPTABLE, desc = "ended by the timer")
@Outcome(id = "2, -1, 0", expect = Expect.ACCEPTABLE, desc = "ended by close")
@Outcome(id = ".*, 1", expect = Expect.FORBIDDEN, desc = "lost wake-up")
@Outcome(expect = Expect.FORBIDDEN, desc = "wrong reason")
@State
public class AwaitEndStress {
  private static final long DUE = 50;

  private final Descriptors descriptors = new Descriptors();
  private final PollDesc pd = descriptors.pd;
  private final int by = ThreadLocalRandom.current().nextInt(3);
  private final boolean write = ThreadLocalRandom.current().nextBoolean();
  private final Sleeper sleeper = new Sleeper();

  public AwaitEndStress() {
    if (by == 1) {
      pd.setDeadline(!write, write, DUE);
    }
  }

  @Actor
  public void waiter(III_Result r) {
    r.r2 = sleeper.sleep(() -> pd.await(write));
  }

  @Actor
  public void ender(III_Result r) {
    switch (by) {
      case 0 -> pd.setDeadline(!write, write, Descriptors.START);
      case 1 -> descriptors.pollAt(DUE);
      default -> pd.evict();
    }
    r.r1 = by;
    r.r3 = sleeper.overslept();
  }
}
