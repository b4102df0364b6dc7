package dev.loompoll.internal.poll;

import dev.loompoll.internal.poll.epoll.EpollPoller;
import dev.loompoll.internal.sched.NetPoll;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * EpollPoller: a wake-up that comes while the owner takes the one before is not lost: the owner
 * sees what it was for, or its next blocking poll returns at once. A poll by another thread takes
 * none.
 */
@JCStressTest
@Outcome(id = "[01], 1", expect = Expect.ACCEPTABLE, desc = "seen, or woken once more")
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "no poller for this one, see OPEN")
@Outcome(expect = Expect.FORBIDDEN, desc = "the owner sleeps")
@State
public class EpollWakeStress {
  /** jcstress makes thousands of states ahead, more than there may be descriptors. */
  private static final int OPEN = 100;

  private static final long SHORT = 1;
  private static final long LONG = 3_000_000_000L;
  private static final long LESS = 2_000_000_000L;
  private static final ConcurrentLinkedQueue<Pair> POLLERS = new ConcurrentLinkedQueue<>();

  static {
    try {
      for (int i = 0; i < OPEN; i++) {
        EpollPoller poller = EpollPoller.open();
        POLLERS.add(new Pair(poller, poller.newBuffer(), poller.newBuffer()));
      }
    } catch (PollerFailure e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private record Pair(EpollPoller poller, NetPoll.Buffer owners, NetPoll.Buffer others) {}

  private final Pair pair = POLLERS.poll();
  private volatile boolean work;

  public EpollWakeStress() {
    if (pair != null) {
      pair.poller.wake();
    }
  }

  @Actor
  public void waker() {
    if (pair != null) {
      work = true;
      pair.poller.wake();
      pair.poller.poll(0, pair.others);
    }
  }

  @Actor
  public void owner(II_Result r) {
    if (pair == null) {
      r.r1 = -1;
    } else {
      pair.poller.poll(SHORT, pair.owners);
      r.r1 = work ? 1 : 0;
    }
  }

  @Arbiter
  public void next(II_Result r) {
    if (pair == null) {
      r.r2 = -1;
      return;
    }
    if (r.r1 == 1) {
      pair.poller.wake(); // as ever
    }
    long start = System.nanoTime();
    pair.poller.poll(LONG, pair.owners);
    if (System.nanoTime() - start < LESS) {
      r.r2 = 1;
      POLLERS.add(pair);
    }
  }
}
