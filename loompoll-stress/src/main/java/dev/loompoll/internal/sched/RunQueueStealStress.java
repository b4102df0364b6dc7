package dev.loompoll.internal.sched;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** RunQueue: a stealer against an owner that pops and fills the freed slots again. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "each once, in order")
@Outcome(id = "0, .*", expect = Expect.FORBIDDEN, desc = "lost, or taken twice")
@Outcome(expect = Expect.FORBIDDEN, desc = "not oldest first")
@State
public class RunQueueStealStress {
  private static final int CAPACITY = 4;

  private final RunQueue queue = Taken.queue(CAPACITY, ThreadLocalRandom.current().nextInt(8));
  private final int before =
      Taken.push(queue, 1) | Taken.push(queue, 2) | Taken.push(queue, 3) | Taken.push(queue, 4);
  private final Taken popped = new Taken();
  private final Taken stolen = new Taken();
  private int pushed;

  @Actor
  public void owner() {
    popped.add(queue.pop());
    int p = Taken.push(queue, 5);
    popped.add(queue.pop());
    p |= Taken.push(queue, 6);
    popped.add(queue.pop());
    pushed = p;
  }

  @Actor
  public void stealer() {
    Runnable[] into = new Runnable[CAPACITY / 2];
    for (int i = 0; i < 2; i++) {
      int n = queue.stealHalf(into);
      for (int k = 0; k < n; k++) {
        stolen.add(into[k]);
      }
    }
  }

  @Arbiter
  public void takeTheRest(II_Result r) {
    Taken rest = new Taken();
    rest.addAll(queue);
    r.r1 = Taken.once(before | pushed, popped, stolen, rest) ? 1 : 0;
    r.r2 = popped.inOrder(1, 6) && stolen.inOrder(1, 6) && rest.inOrder(1, 6) ? 1 : 0;
  }
}
