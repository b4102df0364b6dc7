package dev.loompoll.bench.load;

/**
 * What a slice measured.
 *
 * @param echoes replies within the time
 * @param late replies that came while the slice was drained
 * @param missing replies that did not come for seconds after
 * @param nanos how long it took, without draining
 * @param polls how often the network was asked
 * @param emptyPolls how often it had nothing: where this is near 0, the generator is the bottleneck
 * @param emptyNanos time spent so
 * @param flooded bytes that came back to flooders
 */
record Outcome(
    long echoes,
    long late,
    long missing,
    long nanos,
    long polls,
    long emptyPolls,
    long emptyNanos,
    long flooded,
    Histogram latency) {

  /** One line of JSON; the runner and the C generator know the same names. */
  String json() {
    return "{\"echoes\":%d,\"late\":%d,\"missing\":%d,\"nanos\":%d,\"polls\":%d,\"emptyPolls\":%d,\"emptyNanos\":%d,\"flooded\":%d,\"p50\":%d,\"p99\":%d,\"p999\":%d,\"max\":%d}"
        .formatted(
            echoes,
            late,
            missing,
            nanos,
            polls,
            emptyPolls,
            emptyNanos,
            flooded,
            latency.percentile(0.5),
            latency.percentile(0.99),
            latency.percentile(0.999),
            latency.max());
  }
}
