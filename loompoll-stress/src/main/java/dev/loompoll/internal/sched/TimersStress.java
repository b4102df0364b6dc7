package dev.loompoll.internal.sched;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Timers: an armed entry is looked at when it is due, whoever arms it again meanwhile or fires it;
 * and who fails to get the lock may leave, for the holder looks at the inbox once more.
 */
@JCStressTest
@Outcome(id = "[0-3], 1", expect = Expect.ACCEPTABLE, desc = "looked at in time")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "of two times the earlier was lost")
@Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "armed while it fired, and lost")
@Outcome(id = "2, 0", expect = Expect.FORBIDDEN, desc = "left in the inbox")
@Outcome(
    id = "3, 0",
    expect = Expect.FORBIDDEN,
    desc = "armed while the inbox was taken in, and lost")
@State
public class TimersStress {
  private static final int ARM_TWICE = 0;
  private static final int ARM_AND_FIRE = 1;
  private static final int ARM_AND_RUN = 2;
  private static final int ARM_AND_DRAIN = 3;

  private static final class Alarm extends Timers.Entry {
    volatile long deadline;
    volatile long lookedAt;

    @Override
    protected long fire(long now) {
      long d = deadline;
      lookedAt = now;
      return d > now ? d : Timers.NEVER;
    }
  }

  private final int variant = ThreadLocalRandom.current().nextInt(4);
  private final Timers timers = new Timers();
  private final Alarm alarm = new Alarm();

  public TimersStress() {
    switch (variant) {
      case ARM_AND_FIRE -> {
        alarm.deadline = 20;
        timers.arm(alarm, 20);
        timers.run(10); // into the heap
      }
      case ARM_AND_RUN -> {
        timers.arm(new Alarm(), 20);
        timers.run(10);
      }
      case ARM_AND_DRAIN -> timers.arm(alarm, 50);
      default -> {}
    }
  }

  @Actor
  public void first() {
    switch (variant) {
      case ARM_TWICE -> timers.arm(alarm, 50);
      case ARM_AND_RUN -> timers.run(30);
      default -> timers.run(20);
    }
  }

  @Actor
  public void second() {
    alarm.deadline = 30;
    timers.arm(alarm, 30);
    if (variant == ARM_AND_RUN) {
      timers.run(30);
    }
  }

  @Arbiter
  public void look(II_Result r) {
    r.r1 = variant;
    if (variant != ARM_AND_RUN) {
      timers.run(30);
    }
    r.r2 = alarm.lookedAt == 30 ? 1 : 0;
  }
}
