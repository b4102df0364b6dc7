package dev.loompoll.bench.load;

import java.util.Locale;
import java.util.StringJoiner;

/**
 * What a slice measured.
 *
 * @param units replies within the time, or bytes where it counts those
 * @param late units that came while the slice was drained
 * @param missing units that did not come for seconds after
 * @param nanos how long it took, without draining
 * @param polls how often the network was asked
 * @param emptyPolls how often it had nothing: where this is near 0, the generator is the bottleneck
 * @param emptyNanos time spent so
 * @param flooded bytes that came back to flooders
 */
record Outcome(
    long units,
    long late,
    long missing,
    long nanos,
    long polls,
    long emptyPolls,
    long emptyNanos,
    long flooded,
    Latencies latency) {

  /** One line of JSON. */
  String json() {
    StringJoiner curve = new StringJoiner(",");
    for (double[] p : latency.curve()) {
      curve.add(String.format(Locale.ROOT, "[%.7f,%.0f]", p[0], p[1]));
    }
    return "{\"units\":%d,\"late\":%d,\"missing\":%d,\"nanos\":%d,\"polls\":%d,\"emptyPolls\":%d,\"emptyNanos\":%d,\"flooded\":%d,\"p50\":%d,\"p90\":%d,\"p99\":%d,\"p999\":%d,\"max\":%d,\"curve\":[%s]}"
        .formatted(
            units,
            late,
            missing,
            nanos,
            polls,
            emptyPolls,
            emptyNanos,
            flooded,
            latency.percentile(0.5),
            latency.percentile(0.9),
            latency.percentile(0.99),
            latency.percentile(0.999),
            latency.max(),
            curve);
  }
}
