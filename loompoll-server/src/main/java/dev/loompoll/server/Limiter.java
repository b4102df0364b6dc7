package dev.loompoll.server;

import dev.loompoll.server.internal.gate.GradientLimiter;

/**
 * How many requests may be handled at once. Asked before and told after each, by any thread,
 * several at once; neither may block.
 */
public interface Limiter {
  /** At the moment; at least 1. */
  int limit();

  /**
   * A request has been handled.
   *
   * @param nanos how long that took, without its wait in the queue
   * @param inFlight how many were being handled when it began, itself included
   * @param failed whether its handler threw
   */
  default void handled(long nanos, int inFlight, boolean failed) {}

  /** Always {@code n}, 1 to 1 000 000. */
  static Limiter fixed(int n) {
    if (n < 1 || n > 1_000_000) {
      throw new IllegalArgumentException("limit " + n + " is not from 1 to 1000000");
    }
    return () -> n;
  }

  /**
   * Follows what the handlers can bear: as long as more of them at once take no longer, it grows;
   * when they slow each other down, it shrinks. Between {@code min} and {@code max}.
   */
  static Limiter gradient(int min, int max) {
    return new GradientLimiter(min, max);
  }
}
