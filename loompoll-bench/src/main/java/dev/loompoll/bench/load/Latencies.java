package dev.loompoll.bench.load;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Latencies in nanoseconds, exact to 1 %. Two digits, not three: the counters that are touched stay
 * in the first cache, and noise is larger than that. Two or three nanoseconds each.
 */
final class Latencies {
  private static final long LONGEST = 3_600_000_000_000L;
  private static final int DIGITS = 2;

  /** Points of a curve from one power of ten to the next. */
  private static final int POINTS = 10;

  private static final int MOST_NINES = 5;

  private final Histogram histogram = new Histogram(LONGEST, DIGITS);

  void record(long nanos) {
    histogram.recordValue(Math.clamp(nanos, 0, LONGEST));
  }

  void record(long nanos, long count) {
    histogram.recordValueWithCount(Math.clamp(nanos, 0, LONGEST), count);
  }

  void clear() {
    histogram.reset();
  }

  /** The value that the share {@code q} (0 to 1) of all does not exceed; 0 when there is none. */
  long percentile(double q) {
    return Math.min(histogram.getValueAtPercentile(q * 100), max());
  }

  long max() {
    return histogram.getMaxValue();
  }

  long total() {
    return histogram.getTotalCount();
  }

  /**
   * Shares and nanoseconds: evenly to 0.9, then ever closer to 1, as far as there are samples to
   * tell one point from the next; the last is the largest.
   */
  List<double[]> curve() {
    List<double[]> points = new ArrayList<>();
    if (total() == 0) {
      return points;
    }
    for (int i = 0; i < 18; i++) {
      points.add(point(i / 20.0));
    }
    for (int i = 0; i <= (MOST_NINES - 1) * POINTS; i++) {
      double above = Math.pow(10, -1 - (double) i / POINTS);
      if (above * total() < 1) {
        break;
      }
      points.add(point(1 - above));
    }
    points.add(new double[] {1, max()});
    return points;
  }

  private double[] point(double share) {
    return new double[] {share, percentile(share)};
  }
}
