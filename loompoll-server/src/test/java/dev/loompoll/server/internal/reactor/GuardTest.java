package dev.loompoll.server.internal.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Served;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** By a clock that goes when it is told to. */
class GuardTest {
  private static final long MS = 1_000_000;
  private static final long IDLE = 60_000 * MS;

  private long now = Long.MAX_VALUE - 100 * MS; // it may wrap, as System.nanoTime may

  private final Guard guard =
      new Guard(
          Timeouts.of(
              Limits.builder()
                  .headerTimeout(Duration.ofSeconds(10))
                  .minRate(100, Duration.ofSeconds(5))
                  .writeStall(Duration.ofSeconds(8))
                  .build()),
          () -> now);

  private Refused after(long millis) {
    now += millis * MS;
    return guard.overdue(now, IDLE);
  }

  @Test
  void nothingIsOwedBeforeItBeginsOrWhileARequestIsHandled() {
    assertThat(after(1_000_000)).isNull();
    guard.waits(false);
    guard.busy();
    assertThat(after(1_000_000)).isNull();
    assertThat(guard.idleSince()).isEqualTo(Served.BUSY);
  }

  @Test
  void idle() {
    guard.waits(false);
    assertThat(guard.idleSince()).isEqualTo(now);
    assertThat(after(59_999)).isNull();
    guard.waits(false); // a turn in which nothing came changes nothing
    assertThat(after(1)).isEqualTo(Refused.IDLE_TIMEOUT);
  }

  @Test
  void whoIsStillReadingIsNotIdle() {
    guard.sending(true);
    guard.waits(false);
    assertThat(guard.idleSince()).isEqualTo(Served.BUSY);
    for (int i = 0; i < 20; i++) {
      assertThat(after(7_999)).isNull();
      guard.sending(true);
    }
    guard.sentAll();
    assertThat(guard.idleSince()).isEqualTo(now);
    assertThat(after(59_999)).isNull();
    assertThat(after(1)).isEqualTo(Refused.IDLE_TIMEOUT);
  }

  @Test
  void aRequestThatDoesNotBecomeWhole() {
    guard.waits(false);
    after(1_000);
    guard.received(1_000_000);
    guard.waits(true);
    assertThat(guard.idleSince()).isEqualTo(Served.BUSY);
    assertThat(after(9_999)).isNull();
    guard.received(1);
    guard.waits(true); // more of the same request gives no more time
    assertThat(after(1)).isEqualTo(Refused.HEADER_TIMEOUT);
  }

  @Test
  void aRequestThatComesTooSlowly() {
    guard.received(500);
    guard.waits(true);
    assertThat(after(4_999)).isNull();
    assertThat(after(1)).isNull(); // 500 bytes in 5 s are enough
    assertThat(after(1)).isEqualTo(Refused.MIN_RATE);
    guard.received(400);
    guard.waits(true);
    assertThat(after(3_998)).isNull();
    assertThat(after(2)).isEqualTo(Refused.MIN_RATE);
  }

  @Test
  void eachRequestBeginsAnew() {
    for (int i = 0; i < 10; i++) {
      guard.received(10);
      guard.waits(true);
      assertThat(after(4_999)).isNull();
      guard.received(10);
      guard.busy();
      guard.waits(false);
      assertThat(after(4_999)).isNull();
    }
  }

  @Test
  void whoReadsNothing() {
    guard.sending(false);
    assertThat(after(7_999)).isNull();
    guard.sending(false); // the kernel took nothing
    assertThat(after(1)).isEqualTo(Refused.WRITE_STALL);
    guard.sending(true);
    assertThat(after(7_999)).isNull();
    guard.sentAll();
    assertThat(after(1_000_000)).isNull();
  }

  @Test
  void sweepsAreASmallPartOfTheSmallestTimeoutWithinBounds() {
    assertThat(sweep(Duration.ofMillis(1280))).isEqualTo(20 * MS);
    assertThat(sweep(Duration.ofMillis(1))).isEqualTo(10 * MS);
    assertThat(sweep(Duration.ofDays(400_000))).isEqualTo(5_000 * MS / 64); // minRateGrace is 5 s
  }

  private static long sweep(Duration header) {
    return Timeouts.of(Limits.builder().headerTimeout(header).build()).sweep();
  }
}
