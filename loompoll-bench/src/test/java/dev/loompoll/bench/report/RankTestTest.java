package dev.loompoll.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RankTestTest {
  private static List<Double> list(double... values) {
    return java.util.Arrays.stream(values).boxed().toList();
  }

  /** Of the 70 ways to choose 4 of 8, two lie so far apart. */
  @Test
  void fullySeparatedRowsAreAsUnlikelyAsCanBe() {
    double p = RankTest.p(list(1, 2, 3, 4), list(5, 6, 7, 8));
    assertThat(p).isCloseTo(2 / 70.0, within(1e-12)).isEqualTo(RankTest.least(4, 4));
  }

  /** U = 4: in the tables of the test, 4 and 4 rounds, two-sided, 0.3429. */
  @Test
  void agreesWithThePublishedTable() {
    assertThat(RankTest.p(list(1, 2, 4, 7), list(3, 5, 6, 8))).isCloseTo(0.3429, within(1e-4));
  }

  @Test
  void equalRowsSayNothing() {
    assertThat(RankTest.p(list(1, 1, 1), list(1, 1, 1))).isEqualTo(1);
    assertThat(RankTest.p(list(), list(1, 1, 1))).isEqualTo(1);
  }

  /** Ranks 1, 2.5, 2.5, 4: of 6 choices of two, {1, 2.5} twice and its mirror {2.5, 4} twice. */
  @Test
  void tiesShareTheirRanks() {
    assertThat(RankTest.p(list(1, 2), list(2, 3))).isCloseTo(4 / 6.0, within(1e-12));
  }

  @Test
  void theOrderAndTheSidesDoNotMatter() {
    List<Double> one = list(0.9, 1.2, 1.1, 0.7);
    List<Double> other = list(1.0, 1.3, 1.5);
    assertThat(RankTest.p(one, other))
        .isEqualTo(RankTest.p(other, one))
        .isEqualTo(RankTest.p(one.reversed(), other));
  }
}
