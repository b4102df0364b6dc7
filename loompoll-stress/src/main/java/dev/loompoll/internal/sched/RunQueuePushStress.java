package dev.loompoll.internal.sched;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * RunQueue: of two pushers at the end of the ring neither overwrites the other, nor what is there.
 */
@JCStressTest
@Outcome(id = "3, 1, 1", expect = Expect.ACCEPTABLE, desc = "filled up")
@Outcome(id = ".*, 0, .*", expect = Expect.FORBIDDEN, desc = "lost, or taken twice")
@Outcome(id = ".*, 1, 0", expect = Expect.FORBIDDEN, desc = "not first in first out")
@Outcome(expect = Expect.FORBIDDEN, desc = "not full, or over-full")
@State
public class RunQueuePushStress {
  private final RunQueue queue = Taken.queue(4, ThreadLocalRandom.current().nextInt(8));
  private final int before = Taken.push(queue, 1);
  private int first;
  private int second;

  @Actor
  public void first() {
    first = Taken.push(queue, 2) | Taken.push(queue, 3);
  }

  @Actor
  public void second() {
    second = Taken.push(queue, 4) | Taken.push(queue, 5);
  }

  @Arbiter
  public void take(III_Result r) {
    Taken taken = new Taken();
    taken.addAll(queue);
    r.r1 = Integer.bitCount(first | second);
    r.r2 = Taken.once(before | first | second, taken) ? 1 : 0;
    r.r3 = taken.inOrder(1, 3) && taken.inOrder(4, 5) ? 1 : 0;
  }
}
