package dev.loompoll.server.internal.blocking;

import dev.loompoll.server.Limits;
import java.time.Duration;

/**
 * What a server bears of slow clients, in nanoseconds.
 *
 * @param header for a request to be whole
 * @param grace before its rate is looked at
 * @param minRate bytes a second; 0 is none
 * @param writeStall without progress in writing
 */
record Guards(long header, long grace, int minRate, long writeStall) {
  /**
   * At its time a deadline passes though what it waited for may be there: a thread without a CPU
   * comes late. So nobody is refused before one more look, which may take so long.
   */
  static final long LAST_LOOK = 10_000_000;

  /** Later than any server lives, and far from overflow when it is added twice to a time. */
  static final long LONGEST = Long.MAX_VALUE / 8;

  static Guards of(Limits limits) {
    return new Guards(
        nanos(limits.headerTimeout()),
        nanos(limits.minRateGrace()),
        limits.minRate(),
        nanos(limits.writeStall()));
  }

  private static long nanos(Duration d) {
    return d.compareTo(Duration.ofNanos(LONGEST)) < 0 ? d.toNanos() : LONGEST;
  }

  /** How long the beginning of a request of so many bytes may take until there is more of it. */
  long forPart(long bytes) {
    if (minRate == 0) {
      return header;
    }
    long atThatRate = (long) Math.min((double) LONGEST, bytes * 1e9 / minRate);
    return Math.min(header, Math.max(grace, atThatRate));
  }
}
