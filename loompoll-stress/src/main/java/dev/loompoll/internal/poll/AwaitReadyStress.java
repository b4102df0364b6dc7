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

/**
 * PollDesc: an edge wakes the thread that waits, or it is READY and the thread takes it, not both;
 * for the direction without a waiter it stays READY; and who was woken sees the event's flags.
 */
@JCStressTest
@Outcome(id = "0, 0, 0, 0", expect = Expect.ACCEPTABLE, desc = "woken, or took READY")
@Outcome(id = ".*, 1, .*", expect = Expect.FORBIDDEN, desc = "lost wake-up")
@Outcome(expect = Expect.FORBIDDEN, desc = "flag not seen, or READY lost or left over")
@State
public class AwaitReadyStress {
  private final PollDesc pd = new Descriptors().pd;
  private final boolean write = ThreadLocalRandom.current().nextBoolean();
  private final Sleeper sleeper = new Sleeper();

  @Actor
  public void waiter(IIII_Result r) {
    r.r1 = sleeper.sleep(() -> pd.await(write));
    r.r2 = pd.mayDrain() ? 1 : 0;
  }

  @Actor
  public void poller(IIII_Result r) {
    pd.ready(pd.token(), true, true, PollDesc.NO_DRAIN);
    r.r3 = sleeper.overslept();
  }

  @Arbiter
  public void left(IIII_Result r) {
    boolean usedUp = Descriptors.awaitNothing(pd, write) == Result.INTERRUPTED;
    boolean stays = Descriptors.awaitNothing(pd, !write) == Result.OK;
    r.r4 = usedUp && stays ? 0 : 1;
  }
}
