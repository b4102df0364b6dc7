package dev.loompoll.bench.result;

import java.util.List;
import java.util.Map;

/**
 * One contestant's slice of one round, raw.
 *
 * @param figures by {@link Figure#key}; what was not measured is not there
 * @param curve latencies as pairs of a share (0 to 1) and nanoseconds; empty where there are none
 */
public record Turn(Map<String, Double> figures, List<double[]> curve) {}
