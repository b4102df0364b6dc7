package dev.loompoll.server.internal.admission;

/**
 * A token bucket: so many a second, and after a quiet time a tenth of that at once, at least one.
 * Kept as one instant: that at which the bucket will be full again. Guarded by its owner's lock.
 */
final class AcceptRate {
  private static final double SECOND = 1e9;

  /** Between two tokens, in nanoseconds. */
  private final double each;

  /** How long it takes to fill the bucket but for one token: so far ahead {@code full} may be. */
  private final double ahead;

  /** When the bucket is full again, in nanoseconds after {@code origin}. */
  private double full;

  private long origin;
  private boolean used;

  AcceptRate(int perSecond) {
    each = SECOND / perSecond;
    ahead = (Math.max(1, perSecond / 10) - 1) * each;
  }

  /** For how many nanoseconds there will be no token; 0: there is one. */
  long pause(long now) {
    return used ? (long) Math.ceil(Math.max(0, full - ahead - (now - origin))) : 0;
  }

  /** Takes a token, also one that is not there yet. */
  void take(long now) {
    if (!used) {
      used = true;
      origin = now;
    }
    if (now - origin >= full) { // it is full: begin anew, so that the numbers stay small
      origin = now;
      full = 0;
    }
    full += each;
  }
}
