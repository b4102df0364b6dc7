package dev.loompoll.bench.overload;

/**
 * What a closed loop saw.
 *
 * @param ends connections that the server ended
 */
public record Saturated(long served, long refused, long ends, long nanos, Tail latency) {
  public double perSecond() {
    return nanos == 0 ? 0 : served * 1e9 / nanos;
  }
}
