package dev.loompoll.internal.sched;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * PollLoop: no wait outlasts a timer. The owner goes to sleep until 80 while another thread arms a
 * timer for 50; and the same when it was armed for 100 just before, by the same or another thread,
 * or when a thread that is not the owner takes it in.
 */
@JCStressTest
@Outcome(id = "[0-4], 50", expect = Expect.ACCEPTABLE, desc = "the owner wakes in time")
@Outcome(id = "0, .*", expect = Expect.FORBIDDEN, desc = "overslept a timer")
@Outcome(id = "1, .*", expect = Expect.FORBIDDEN, desc = "overslept one that another took in")
@Outcome(id = "[2-4], .*", expect = Expect.FORBIDDEN, desc = "overslept one that was armed twice")
@State
public class PollLoopStress {
  private static final int ARM_AND_POLL = 1;
  private static final int ARM_LATE_OWNER_EARLY = 2;
  private static final int ARM_EARLY_OWNER_LATE = 3;
  private static final int ARM_LATE_THEN_EARLY = 4;

  private static final class Timer extends Timers.Entry {
    @Override
    protected long fire(long now) {
      return Timers.NEVER;
    }
  }

  /** Sleeps as the kernel would: until it is woken, or until nobody is left who could. */
  private final class Net implements NetPoll {
    private volatile boolean woken;
    private long sleepsUntil;

    @Override
    public Buffer newBuffer() {
      return null;
    }

    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      while (timeoutNanos != 0) {
        boolean last = done;
        if (woken) {
          woken = false;
          return 0;
        }
        if (last) {
          sleepsUntil = timeoutNanos < 0 ? Timers.NEVER : NOW + timeoutNanos;
          return 0;
        }
        Thread.onSpinWait();
      }
      return 0;
    }

    @Override
    public void wake() {
      woken = true;
    }
  }

  private static final long NOW = 10;

  private final int variant = ThreadLocalRandom.current().nextInt(5);
  private final Net net = new Net();
  private final PollLoop loop = new PollLoop(net, () -> NOW);
  private final Timer timer = new Timer();
  private volatile boolean done;

  public PollLoopStress() {
    loop.arm(new Timer(), 80);
    loop.pollNow(null);
  }

  @Actor
  public void other() {
    if (variant == ARM_LATE_OWNER_EARLY || variant == ARM_LATE_THEN_EARLY) {
      loop.arm(timer, 100);
    }
    if (variant != ARM_LATE_OWNER_EARLY) {
      loop.arm(timer, 50);
    }
    if (variant == ARM_AND_POLL) {
      loop.pollNow(null);
    }
    done = true;
  }

  @Actor
  public void owner(II_Result r) {
    if (variant == ARM_LATE_OWNER_EARLY) {
      loop.arm(timer, 50);
    } else if (variant == ARM_EARLY_OWNER_LATE) {
      loop.arm(timer, 100);
    }
    while (net.sleepsUntil == 0) {
      loop.pollBlocking(null);
    }
    r.r1 = variant;
    r.r2 = (int) net.sleepsUntil;
  }
}
