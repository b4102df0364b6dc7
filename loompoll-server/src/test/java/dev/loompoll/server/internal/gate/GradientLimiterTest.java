package dev.loompoll.server.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.server.internal.gate.Load.Machine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where it settles, by simulation. Times are in simulated milliseconds. */
class GradientLimiterTest {
  private static final double WAITS = 1e9; // so many processors: nobody is in another's way

  private static Load saturated(GradientLimiter limiter, Machine machine, int k, double spread) {
    Load load = new Load(limiter, machine, k, 1, 42);
    load.spread = spread;
    return load;
  }

  /** More requests wait than the processors can bear, each 1 ms of work. */
  @ParameterizedTest
  @CsvSource({
    "SHARED, 1, 0", "SHARED, 1, 0.9", "SHARED, 2, 0", "SHARED, 2, 0.9",
    "SHARED, 8, 0", "SHARED, 8, 0.9", "SHARED, 64, 0", "SHARED, 64, 0.9",
    "ONE_BY_ONE, 1, 0", "ONE_BY_ONE, 1, 0.9", "ONE_BY_ONE, 2, 0", "ONE_BY_ONE, 2, 0.9",
    "ONE_BY_ONE, 8, 0", "ONE_BY_ONE, 8, 0.9", "ONE_BY_ONE, 64, 0", "ONE_BY_ONE, 64, 0.9"
  })
  void nearTheProcessorsForWorkThatComputes(Machine machine, int k, double spread) {
    for (int min : new int[] {1, k}) {
      Load load = saturated(new GradientLimiter(min, 10_000, 8), machine, k, spread);
      load.run(3_000).run(20_000);
      assertThat(load.average()).as("limit, from %d", min).isBetween(k * 0.9, 2.0 * k + 2);
      assertThat(load.highest()).isLessThanOrEqualTo(4 * k + 4);
      assertThat(load.throughput()).as("handled").isGreaterThan(0.97 * k);
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 0", "10, 0.9", "20, 0", "20, 0.9", "40, 0", "40, 0.9"})
  void hundredsForHandlersThatWait(double rate, double spread) {
    GradientLimiter limiter = new GradientLimiter(2, 10_000, 8);
    Load load = new Load(limiter, Machine.SHARED, WAITS, 20, 42);
    load.spread = spread;
    load.rate = rate;
    load.run(1_000);
    assertThat(limiter.limit()).as("after a second").isGreaterThan(150);
    load.run(2_000).run(20_000);
    double needed = rate * 20;
    assertThat((double) load.lowest()).isGreaterThan(1.2 * needed);
    assertThat((double) load.highest())
        .as("no more than there is evidence for")
        .isLessThan(3 * needed);
    assertThat(load.throughput()).isBetween(0.97 * rate, 1.03 * rate);
  }

  /** A pool of 50 behind the handlers. */
  @ParameterizedTest
  @CsvSource({"SHARED", "ONE_BY_ONE"})
  void nearTheNarrowestPlace(Machine machine) {
    Load load = new Load(new GradientLimiter(2, 10_000, 8), machine, 50, 10, 42);
    load.spread = 0.5;
    load.run(3_000).run(20_000);
    assertThat(load.average()).isBetween(50.0, 110.0);
    assertThat(load.throughput()).isGreaterThan(0.97 * 5);
  }

  @ParameterizedTest
  @CsvSource({"SHARED, 2", "SHARED, 0.5", "ONE_BY_ONE, 2", "ONE_BY_ONE, 0.5"})
  void computesForLongerOrShorterFromNowOn(Machine machine, double work) {
    Load load = saturated(new GradientLimiter(2, 10_000, 8), machine, 2, 0.9);
    load.run(20_000);
    load.work = work;
    load.run(3_000).run(20_000);
    assertThat(load.average()).isBetween(1.8, 6.0);
    assertThat(load.throughput()).isGreaterThan(0.97 * 2 / work);
  }

  @ParameterizedTest
  @CsvSource({"0", "0.9"})
  void waitsForTwiceAsLongFromNowOn(double spread) {
    Load load = new Load(new GradientLimiter(2, 10_000, 8), Machine.SHARED, WAITS, 20, 42);
    load.spread = spread;
    load.rate = 20;
    load.run(10_000);
    load.work = 40;
    load.run(4_000).run(10_000);
    assertThat(load.lowest()).isGreaterThan(900);
    assertThat(load.throughput()).isBetween(0.97 * 20, 1.03 * 20);
  }

  @Test
  void aLittleLoadIsNoReasonToGrow() {
    GradientLimiter limiter = new GradientLimiter(1, 10_000, 100);
    Load load = new Load(limiter, Machine.SHARED, WAITS, 20, 42);
    load.rate = 1; // 20 in flight
    load.run(20_000);
    assertThat(limiter.limit()).isEqualTo(100);
  }

  @Test
  void staysBetweenItsBounds() {
    Load computes = saturated(new GradientLimiter(5, 10_000, 8), Machine.SHARED, 1, 0.9);
    computes.run(20_000);
    assertThat(computes.lowest()).isEqualTo(5);
    Load waits = new Load(new GradientLimiter(1, 30, 8), Machine.SHARED, WAITS, 20, 42);
    waits.run(20_000);
    assertThat(waits.highest()).isEqualTo(30);
  }

  @Test
  void quickFailuresSayNothing() {
    GradientLimiter limiter = new GradientLimiter(1, 10_000, 8);
    Load load = new Load(limiter, Machine.SHARED, WAITS, 20, 42);
    load.rate = 1;
    load.run(5_000);
    int before = limiter.limit();
    for (int i = 0; i < 100_000; i++) {
      limiter.handled(1_000, before, true);
    }
    assertThat(limiter.limit()).isEqualTo(before);
  }

  @Test
  void beginsBetweenItsBounds() {
    assertThat(new GradientLimiter(100, 1_000, 8).limit()).isEqualTo(100);
    assertThat(new GradientLimiter(1, 4, 8).limit()).isEqualTo(4);
    assertThat(new GradientLimiter(1, 100, 8).limit()).isEqualTo(8);
  }

  @Test
  void boundsThatAreNone() {
    assertThatThrownBy(() -> new GradientLimiter(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
    assertThatThrownBy(() -> new GradientLimiter(5, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5")
        .hasMessageContaining("4");
  }
}
