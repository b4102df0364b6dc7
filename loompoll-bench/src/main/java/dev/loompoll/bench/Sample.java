package dev.loompoll.bench;

import java.util.Map;

/**
 * What the load generator reports of one slice; times in nanoseconds.
 *
 * @param echoes replies within the slice
 * @param late replies that came while it was drained: no rate, but work of the server
 * @param missing replies that did not come for seconds after
 */
record Sample(
    long echoes,
    long late,
    long missing,
    long nanos,
    long polls,
    long emptyPolls,
    long emptyNanos,
    long flooded,
    long p50,
    long p99,
    long p999,
    long max) {

  static Sample of(Map<String, Long> n) {
    return new Sample(
        get(n, "echoes"),
        get(n, "late"),
        get(n, "missing"),
        get(n, "nanos"),
        get(n, "polls"),
        get(n, "emptyPolls"),
        get(n, "emptyNanos"),
        get(n, "flooded"),
        get(n, "p50"),
        get(n, "p99"),
        get(n, "p999"),
        get(n, "max"));
  }

  private static long get(Map<String, Long> numbers, String key) {
    Long value = numbers.get(key);
    if (value == null) {
      throw new IllegalStateException("the load generator reports no " + key);
    }
    return value;
  }

  double rate() {
    return nanos == 0 ? 0 : echoes * 1e9 / nanos;
  }

  /** Share of the generator's polls that found nothing. */
  double idlePolls() {
    return polls == 0 ? 0 : (double) emptyPolls / polls;
  }

  /** Share of its time that went into those. */
  double idleTime() {
    return nanos == 0 ? 0 : (double) emptyNanos / nanos;
  }

  /** All replies: what the server's CPU time was spent on. */
  long work() {
    return echoes + late;
  }
}
