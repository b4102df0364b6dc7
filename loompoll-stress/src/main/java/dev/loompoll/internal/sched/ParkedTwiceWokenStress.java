package dev.loompoll.internal.sched;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * ParkedState: a goroutine that is parked, and that an M wakes while another thread unparks it, is
 * handed to its scheduler once.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "run once more")
@Outcome(id = ".*, 0", expect = Expect.FORBIDDEN, desc = "lost wake-up")
@Outcome(expect = Expect.FORBIDDEN, desc = "run twice")
@State
public class ParkedTwiceWokenStress {
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Executor scheduler = tasks::add;
  private final Thread parks = Hook.newVirtualThread(scheduler, null, LockSupport::park);

  public ParkedTwiceWokenStress() {
    parks.start();
    tasks.remove().run();
  }

  @Actor
  public void somebody() {
    LockSupport.unpark(parks);
  }

  @Actor
  public void poller() {
    Runnable task = ParkedState.take(parks, scheduler);
    if (task != null) {
      tasks.add(task);
    } else {
      LockSupport.unpark(parks);
    }
  }

  @Arbiter
  public void left(II_Result r) {
    r.r1 = tasks.size();
    for (Runnable task; (task = tasks.poll()) != null; ) {
      task.run();
    }
    r.r2 = parks.getState() == Thread.State.TERMINATED ? 1 : 0;
  }
}
