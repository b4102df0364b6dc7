package dev.loompoll.internal.sched;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Timers whose heap begins with one place: any threads set deadlines and run what is due. A run may
 * leave its work to another that is at it, so the results of single calls promise little; what must
 * hold is checked when all have returned.
 */
class TimersLincheckTest {
  private static final long LATEST = 100;

  /** Has a deadline of its own, as a PollDesc has; a later one is not told to the timers. */
  private static final class Alarm extends Timers.Entry {
    final AtomicLong deadline = new AtomicLong(Timers.NEVER);

    @Override
    protected long fire(long now) {
      long d = deadline.get();
      if (d > now) {
        return d;
      }
      deadline.compareAndSet(d, Timers.NEVER);
      return deadline.get();
    }
  }

  /** Armed once; cancelled or not. */
  private static final class OneShot extends Timers.Entry {
    final AtomicInteger fired = new AtomicInteger();

    /** Set by the one who armed it. */
    volatile boolean armed;

    final AtomicInteger cancelled = new AtomicInteger();

    @Override
    protected long fire(long now) {
      fired.incrementAndGet();
      return Timers.NEVER;
    }
  }

  /** What Lincheck calls. */
  @Param(name = "alarm", gen = IntGen.class, conf = "0:1")
  @Param(name = "time", gen = IntGen.class, conf = "1:9")
  public static class Calls {
    private final Timers timers = new Timers(1);
    private final Alarm[] alarms = {new Alarm(), new Alarm()};
    private final OneShot[] sleeps = {new OneShot(), new OneShot()};
    private final AtomicInteger slept = new AtomicInteger();

    /** As a goroutine sets a deadline, and its M polls then. */
    @Operation
    public void set(@Param(name = "alarm") int alarm, @Param(name = "time") int when) {
      Alarm a = alarms[alarm];
      a.deadline.set(when);
      timers.arm(a, when);
      timers.run(0);
    }

    /** As a goroutine that begins a timed wait. */
    @Operation
    public void sleep(@Param(name = "time") int when) {
      int i = slept.getAndIncrement();
      if (i < sleeps.length) {
        timers.arm(sleeps[i], when);
        sleeps[i].armed = true;
        timers.run(0);
      }
    }

    /** As one that was woken before. */
    @Operation
    public void cancel(@Param(name = "alarm") int sleep) {
      if (sleeps[sleep].armed && timers.cancel(sleeps[sleep])) {
        sleeps[sleep].cancelled.incrementAndGet();
      }
    }

    @Operation
    public void run(@Param(name = "time") int now) {
      timers.run(now);
    }

    @Validate
    public void nothingIsLost() {
      if (timers.hasInbox()) {
        throw new IllegalStateException("left in the inbox");
      }
      for (Alarm a : alarms) {
        if (a.deadline.get() < timers.next()) {
          throw new IllegalStateException("a wait would outlast a timer");
        }
      }
      timers.run(LATEST);
      for (Alarm a : alarms) {
        if (a.deadline.get() != Timers.NEVER) {
          throw new IllegalStateException("a deadline was lost");
        }
      }
      for (OneShot sleep : sleeps) {
        if (sleep.fired.get() + sleep.cancelled.get() != (sleep.armed ? 1 : 0)) {
          throw new IllegalStateException("a wait was lost, or ended twice");
        }
      }
      timers.run(2 * LATEST); // what was armed for an earlier deadline
      if (timers.size() != 0 || timers.next() != Timers.NEVER) {
        throw new IllegalStateException("something is left of entries that are not armed");
      }
    }
  }

  private static void explore(int scenarios, int interleavings) {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(0)
        .iterations(scenarios)
        .invocationsPerIteration(interleavings)
        .verifier(EpsilonVerifier.class)
        .check(Calls.class);
  }

  private static void stress(int scenarios, int runs) {
    new StressOptions()
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(0)
        .iterations(scenarios)
        .invocationsPerIteration(runs)
        .verifier(EpsilonVerifier.class)
        .check(Calls.class);
  }

  @Test
  void noInterleavingLosesADeadline() {
    explore(20, 500);
  }

  @Test
  void noRunLosesADeadline() {
    stress(8, 500);
  }

  @Test
  @Tag("soak")
  void noneOfManyInterleavings() {
    explore(200, 3_000);
  }

  @Test
  @Tag("soak")
  void noneOfManyRuns() {
    stress(200, 5_000);
  }
}
