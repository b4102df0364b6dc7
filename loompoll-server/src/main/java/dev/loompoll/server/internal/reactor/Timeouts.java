package dev.loompoll.server.internal.reactor;

import dev.loompoll.server.Limits;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The limits that are times, in nanoseconds; that for idle connections is the admission's.
 *
 * @param minRate bytes a second, 0 is none
 * @param sweep how often to look whether one has passed
 */
record Timeouts(long header, int minRate, long minRateGrace, long writeStall, long sweep) {
  private static final long LEAST_SWEEP = 10_000_000;
  private static final long MOST_SWEEP = 1_000_000_000;

  static Timeouts of(Limits limits) {
    long header = nanos(limits.headerTimeout());
    long grace = limits.minRate() == 0 ? Long.MAX_VALUE : nanos(limits.minRateGrace());
    long stall = nanos(limits.writeStall());
    long least =
        Math.min(
            Math.min(header, nanos(limits.idleTimeout())), //
            Math.min(grace, stall));
    long sweep = Math.clamp(least / 64, LEAST_SWEEP, MOST_SWEEP);
    return new Timeouts(header, limits.minRate(), grace, stall, sweep);
  }

  /** At most some 290 years. */
  private static long nanos(Duration d) {
    return TimeUnit.NANOSECONDS.convert(d);
  }
}
