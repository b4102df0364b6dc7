package dev.loompoll.server.internal.gate;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** Gate: one leaves while another enters. The other gets the permit, at once or when it is told. */
@JCStressTest
@Outcome(id = "1, 0, 1, 0", expect = Expect.ACCEPTABLE, desc = "admitted once")
@Outcome(id = "0, .*", expect = Expect.FORBIDDEN, desc = "lost wake-up")
@Outcome(expect = Expect.FORBIDDEN, desc = "told twice, or counts left over")
@State
public class GateLeaveStress {
  private final Gate gate = StressGate.make();
  private final StressGate.Request first = new StressGate.Request();
  private final StressGate.Request second = new StressGate.Request();

  public GateLeaveStress() {
    first.enter(gate);
  }

  @Actor
  public void leave() {
    gate.leave(first, false);
  }

  @Actor
  public void enter() {
    second.enter(gate);
  }

  @Arbiter
  public void count(IIII_Result r) {
    r.r1 = second.admitted.get();
    r.r2 = second.shed.get();
    r.r3 = gate.inFlight();
    r.r4 = gate.queued();
  }
}
