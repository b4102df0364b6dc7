package dev.loompoll.internal.sched;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Scheduler and Machine: a pusher wakes nobody while an M spins; so that M, when it has found some
 * work and does not end with it, must have woken the idle P for the rest.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "all taken, or a P woken for it")
@Outcome(expect = Expect.FORBIDDEN, desc = "work waits while a P idles and nobody spins")
@State
public class SpinnerStress {
  private final IdleMachine m = new IdleMachine(2, this::push);
  private volatile int stranded;

  public SpinnerStress() {
    m.scheduler.idle.add(1);
  }

  private void push() {
    m.scheduler.execute(this::work);
  }

  /** Would go on for ever; looks at what becomes of the rest. */
  private void work() {
    m.awaitDone();
    if (m.scheduler.hasGlobal() && !m.scheduler.idle.isEmpty()) {
      stranded = 1;
    }
  }

  @Actor
  public void machine() {
    m.run();
  }

  @Actor
  public void pusher() {
    push();
    m.done();
  }

  @Arbiter
  public void look(I_Result r) {
    r.r1 = stranded;
  }
}
