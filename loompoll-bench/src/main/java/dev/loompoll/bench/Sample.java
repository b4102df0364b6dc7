package dev.loompoll.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What the load generator reports of one slice; times in nanoseconds.
 *
 * @param units replies within the slice, or bytes where it counts those
 * @param late units that came while it was drained: no rate, but work of the server
 * @param missing units that did not come for seconds after
 * @param curve latencies: pairs of a share (0 to 1) and nanoseconds
 */
public record Sample(
    long units,
    long late,
    long missing,
    long nanos,
    long polls,
    long emptyPolls,
    long emptyNanos,
    long flooded,
    long p50,
    long p90,
    long p99,
    long p999,
    long max,
    List<double[]> curve) {

  static Sample of(JsonNode n) {
    List<double[]> curve = new ArrayList<>();
    n.path("curve")
        .forEach(p -> curve.add(new double[] {p.path(0).asDouble(), p.path(1).asDouble()}));
    return new Sample(
        get(n, "units"),
        get(n, "late"),
        get(n, "missing"),
        get(n, "nanos"),
        get(n, "polls"),
        get(n, "emptyPolls"),
        get(n, "emptyNanos"),
        get(n, "flooded"),
        get(n, "p50"),
        get(n, "p90"),
        get(n, "p99"),
        get(n, "p999"),
        get(n, "max"),
        curve);
  }

  private static long get(JsonNode numbers, String key) {
    JsonNode value = numbers.path(key);
    if (!value.isIntegralNumber()) {
      throw new IllegalStateException("the load generator reports no " + key);
    }
    return value.asLong();
  }

  public double rate() {
    return nanos == 0 ? 0 : units * 1e9 / nanos;
  }

  /** Share of the generator's polls that found nothing. */
  double idlePolls() {
    return polls == 0 ? 0 : (double) emptyPolls / polls;
  }

  /** Share of its time that went into those. */
  public double idleTime() {
    return nanos == 0 ? 0 : (double) emptyNanos / nanos;
  }

  /** All replies: what the server's CPU time was spent on. */
  public long work() {
    return units + late;
  }
}
