package dev.loompoll.internal.sched;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** RunQueue: push against pop in a ring of two, so that each slot is used again at once. */
@JCStressTest
@Outcome(id = "[23], 1, 1", expect = Expect.ACCEPTABLE, desc = "each once, in order")
@Outcome(id = ".*, 0, .*", expect = Expect.FORBIDDEN, desc = "lost, or taken twice")
@Outcome(id = ".*, 1, 0", expect = Expect.FORBIDDEN, desc = "not first in first out")
@Outcome(expect = Expect.FORBIDDEN, desc = "full too early")
@State
public class RunQueuePopStress {
  private final RunQueue queue = Taken.queue(2, ThreadLocalRandom.current().nextInt(4));
  private final Taken taken = new Taken();
  private int pushed;

  @Actor
  public void pusher() {
    pushed = Taken.push(queue, 1) | Taken.push(queue, 2) | Taken.push(queue, 3);
  }

  @Actor
  public void taker() {
    for (int i = 0; i < 3; i++) {
      taken.add(queue.pop());
    }
  }

  @Arbiter
  public void takeTheRest(III_Result r) {
    taken.addAll(queue);
    r.r1 = Integer.bitCount(pushed);
    r.r2 = Taken.once(pushed, taken) ? 1 : 0;
    r.r3 = taken.inOrder(1, 3) ? 1 : 0;
  }
}
