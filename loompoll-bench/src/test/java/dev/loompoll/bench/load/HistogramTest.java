package dev.loompoll.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void percentilesAreExactToThreePercent() {
    for (long scale : new long[] {1, 1_000, 1_000_000, 1_000_000_000_000L}) {
      Histogram h = new Histogram();
      for (int i = 1; i <= 1000; i++) {
        h.record(i * scale);
      }
      for (double q : new double[] {0.01, 0.5, 0.99, 0.999, 1}) {
        double exact = Math.ceil(q * 1000) * scale;
        assertThat((double) h.percentile(q)).isCloseTo(exact, within(0.03 * exact));
      }
      assertThat(h.max()).isEqualTo(1000 * scale);
    }
  }

  @Test
  void emptyAndExtremeValues() {
    Histogram h = new Histogram();
    assertThat(h.percentile(0.99)).isZero();
    h.record(-5);
    h.record(0);
    h.record(Long.MAX_VALUE);
    assertThat(h.percentile(0.5)).isZero();
    assertThat(h.max()).isEqualTo(Long.MAX_VALUE);
    h.clear();
    assertThat(h.percentile(1)).isZero();
  }
}
