package dev.loompoll.server.internal.admission;

import java.util.concurrent.atomic.AtomicLong;

/**
 * When clients are sent away that have been too slow, or idle for too long: one after another. A
 * crowd that came at once is late at once, and to end it in one go would hold up all others. Any
 * thread.
 */
final class Departures {
  /**
   * Between two of them, in nanoseconds: to end one, and to accept it again, takes about a
   * twentieth.
   */
  static final long EACH = 2_000_000;

  /** When the next may go, unless that has passed: a time of the caller's clock. */
  private final AtomicLong next;

  Departures(long now) {
    next = new AtomicLong(now);
  }

  /** Reserves a time for one: now, or later. */
  long reserve(long now) {
    for (; ; ) {
      long n = next.get();
      long mine = n - now > 0 ? n : now;
      if (next.compareAndSet(n, mine + EACH)) {
        return mine;
      }
    }
  }
}
