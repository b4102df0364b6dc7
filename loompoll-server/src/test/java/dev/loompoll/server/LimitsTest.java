package dev.loompoll.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What contradicts fails when it is built, with both names and values. */
class LimitsTest {
  private static Arguments wrong(UnaryOperator<Limits.Builder> change, String message) {
    return Arguments.of(message, change);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        wrong(l -> l.softLimit(11).hardLimit(10), "softLimit 11 is more than hardLimit 10"),
        wrong(l -> l.perPeer(11).hardLimit(10), "perPeer 11 is more than hardLimit 10"),
        wrong(l -> l.writeMarks(9, 8), "writeLow 9 is more than writeHigh 8"),
        wrong(
            l -> l.target(Duration.ofMillis(2)).interval(Duration.ofMillis(1)),
            "target PT0.002S is more than interval PT0.001S"),
        wrong(l -> l.softLimit(-1), "softLimit is negative: -1"),
        wrong(l -> l.perPeer(-1), "perPeer is negative: -1"),
        wrong(l -> l.acceptRate(-5), "acceptRate is negative: -5"),
        wrong(l -> l.minRate(-1, Duration.ofSeconds(1)), "minRate is negative: -1"),
        wrong(l -> l.hardLimit(0), "hardLimit is not positive: 0"),
        wrong(l -> l.queue(0), "queue is not positive: 0"),
        wrong(l -> l.channel(0), "channel is not positive: 0"),
        wrong(l -> l.writeMarks(0, 1), "writeLow is not positive: 0"),
        wrong(l -> l.patience(Duration.ZERO), "patience is not positive: PT0S"),
        wrong(l -> l.headerTimeout(Duration.ofMillis(-1)), "headerTimeout is not positive"),
        wrong(l -> l.idleTimeout(Duration.ZERO), "idleTimeout is not positive: PT0S"),
        wrong(l -> l.writeStall(Duration.ZERO), "writeStall is not positive: PT0S"),
        wrong(l -> l.minRate(1, Duration.ZERO), "minRateGrace is not positive: PT0S"),
        wrong(l -> l.heapWatermark(1), "heapWatermark 1.0 is not from 0.1 to 0.99"),
        wrong(l -> l.heapWatermark(Double.NaN), "heapWatermark NaN is not from 0.1 to 0.99"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void wrong(String message, UnaryOperator<Limits.Builder> change) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> change.apply(Limits.builder()).build())
        .withMessageContaining(message);
  }

  @Test
  void theDefaultsAreWithinTheProcessesDescriptors() {
    Limits limits = Limits.defaults();
    assertThat(limits.hardLimit()).isPositive();
    assertThat(limits.softLimit()).isZero();
    assertThat(limits.limiter().limit()).isPositive();
  }

  @Test
  void aSoftLimitAloneIsBelowTheHardOne() {
    assertThat(Limits.builder().softLimit(2_000_000).build().hardLimit()).isEqualTo(2_000_000);
  }

  @Test
  void limitersAndWorkersSayWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Limiter.fixed(0))
        .withMessage("limit 0 is not from 1 to 1000000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Limiter.gradient(3, 2))
        .withMessageContaining("min 3")
        .withMessageContaining("max 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Workers.threads(0))
        .withMessage("workers 0 is not from 1 to 10000");
  }
}
