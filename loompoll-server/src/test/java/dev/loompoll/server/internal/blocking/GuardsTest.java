package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Limits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GuardsTest {
  private static final long SECOND = 1_000_000_000L;

  private static Guards of(Limits.Builder limits) {
    return Guards.of(limits.build());
  }

  @Test
  void theRateIsLookedAtAfterTheGrace() {
    Guards guards =
        of(
            Limits.builder()
                .headerTimeout(Duration.ofSeconds(60))
                .minRate(100, Duration.ofSeconds(5)));
    assertThat(guards.forPart(1)).isEqualTo(5 * SECOND);
    assertThat(guards.forPart(500)).isEqualTo(5 * SECOND);
    assertThat(guards.forPart(501)).isEqualTo(5 * SECOND + SECOND / 100);
    assertThat(guards.forPart(5_000)).isEqualTo(50 * SECOND);
  }

  @Test
  void theHeaderTimeoutHoldsAtAnyRate() {
    Guards guards =
        of(
            Limits.builder()
                .headerTimeout(Duration.ofSeconds(60))
                .minRate(100, Duration.ofSeconds(5)));
    assertThat(guards.forPart(6_001)).isEqualTo(60 * SECOND);
    assertThat(guards.forPart(Long.MAX_VALUE)).isEqualTo(60 * SECOND);
  }

  @Test
  void noRateNoGrace() {
    Guards guards =
        of(
            Limits.builder()
                .headerTimeout(Duration.ofSeconds(60))
                .minRate(0, Duration.ofSeconds(5)));
    assertThat(guards.forPart(1)).isEqualTo(60 * SECOND);
  }

  @Test
  void timesBeyondAllMeasureDoNotOverflow() {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
    Guards guards =
        of(Limits.builder().headerTimeout(longest).minRate(1, longest).writeStall(longest));
    assertThat(System.nanoTime() + 2 * guards.writeStall() - System.nanoTime()).isPositive();
    assertThat(System.nanoTime() + guards.forPart(Long.MAX_VALUE) - System.nanoTime()).isPositive();
  }
}
