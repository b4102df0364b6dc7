package dev.loompoll;

import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.sched.Clock;
import dev.loompoll.internal.sched.Timers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Turns what users say of deadlines into times of the engine's clock. Allocates nothing. */
final class Deadlines {
  private Deadlines() {}

  /** {@code nanoTime} on the scale of {@link System#nanoTime}. */
  static void set(FD fd, boolean read, boolean write, long nanoTime) {
    long left = nanoTime - System.nanoTime(); // may wrap round: that is how the scale is compared
    fd.setDeadline(read, write, Timers.after(left, fd.poller().loop().clock().nanos()));
  }

  static void set(FD fd, boolean read, boolean write, Duration fromNow) {
    Clock clock = fd.poller().loop().clock();
    fd.setDeadline(read, write, after(fromNow, clock.nanos()));
  }

  static void clear(FD fd, boolean read, boolean write) {
    fd.setDeadline(read, write, Timers.NEVER);
  }

  /** Null is never; so is what would overflow. */
  static long after(@Nullable Duration d, long now) {
    if (d == null || d.getSeconds() > Integer.MAX_VALUE) {
      return Timers.NEVER;
    }
    if (d.isNegative()) {
      return now;
    }
    return Timers.after(d.toNanos(), now);
  }
}
