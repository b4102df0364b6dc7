package dev.loompoll.internal.sched;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** IdleSet: exactly one of two removers wins a P, and its neighbour's entry survives that. */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "its M won the P, the waker another")
@Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the waker won the P")
@Outcome(expect = Expect.FORBIDDEN, desc = "a P won twice, or not at all")
@State
public class IdleSetStress {
  private final IdleSet idle = new IdleSet(128);
  private final int word = ThreadLocalRandom.current().nextBoolean() ? 64 : 0;
  private final int first = word + 5;
  private final int second = word + 63;

  public IdleSetStress() {
    idle.add(first);
  }

  @Actor
  public void machine(III_Result r) {
    r.r1 = idle.remove(first) ? 1 : 0;
  }

  @Actor
  public void waker(III_Result r) {
    idle.add(second);
    int id = idle.removeAny();
    r.r2 = id == first || id == second ? 1 : 0;
  }

  @Arbiter
  public void left(III_Result r) {
    r.r3 = idle.size();
  }
}
