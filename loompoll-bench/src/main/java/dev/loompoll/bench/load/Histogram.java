package dev.loompoll.bench.load;

import java.util.Arrays;

/**
 * Latencies in buckets that grow with the value: 32 to each power of two, so a percentile is exact
 * to 3 %. An array of counters and two shifts: cheap enough for every echo.
 */
final class Histogram {
  private static final int SUB_BITS = 5;
  private static final int SUB = 1 << SUB_BITS;

  private final long[] counts = new long[(64 - SUB_BITS) * SUB];
  private long total;
  private long max;

  void record(long nanos) {
    long v = Math.max(0, nanos);
    counts[bucket(v)]++;
    total++;
    max = Math.max(max, v);
  }

  private static int bucket(long v) {
    if (v < SUB) {
      return (int) v;
    }
    int shift = 63 - Long.numberOfLeadingZeros(v) - SUB_BITS;
    return (shift << SUB_BITS) + (int) (v >>> shift);
  }

  private static long middle(int bucket) {
    if (bucket < 2 * SUB) {
      return bucket;
    }
    int shift = (bucket >> SUB_BITS) - 1;
    long low = (long) ((bucket & (SUB - 1)) + SUB) << shift;
    return low + (1L << shift) / 2;
  }

  /** The value that the share {@code q} (0 to 1) of all does not exceed; 0 when there is none. */
  long percentile(double q) {
    long rank = Math.max(1, (long) Math.ceil(q * total));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min(middle(i), max);
      }
    }
    return max;
  }

  long max() {
    return max;
  }

  long total() {
    return total;
  }

  void clear() {
    Arrays.fill(counts, 0);
    total = 0;
    max = 0;
  }
}
