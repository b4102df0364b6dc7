package dev.loompoll.server.internal.gate;

import dev.loompoll.server.Refused;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Gate: two enter, and each leaves when it is in. Never are both in. */
@JCStressTest
@Outcome(id = "2, 1, 0", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(id = "2, 2, 0", expect = Expect.FORBIDDEN, desc = "both were in at once")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost wake-up, or counts left over")
@State
public class GateTurnsStress {
  private final Gate gate = StressGate.make();
  private int turns; // by the one that is in
  private int inside;
  private int most;

  private final class Turn extends Gate.Entry {
    @Override
    protected void admitted() {
      take();
    }

    @Override
    protected void shed(Refused why) {}

    void enter() {
      if (gate.enter(this)) {
        take();
      }
    }

    private void take() {
      inside++;
      most = Math.max(most, inside);
      turns++;
      inside--;
      gate.leave(this, false);
    }
  }

  @Actor
  public void first() {
    new Turn().enter();
  }

  @Actor
  public void second() {
    new Turn().enter();
  }

  @Arbiter
  public void count(III_Result r) {
    r.r1 = turns;
    r.r2 = most;
    r.r3 = gate.inFlight() + gate.queued();
  }
}
