package dev.loompoll.bench.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.overload.Offered.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryTest {
  private static final Window GOOD = new Window(10, 0, 200);
  private static final Window SLOW = new Window(10, 0, 201);
  private static final Window REFUSING = new Window(10, 1, 50);
  private static final Window SILENT = new Window(0, 0, 0);

  private static long millis(int from, Window... windows) {
    return Recovery.millis(List.of(windows), from, 200, 100);
  }

  @Test
  void atOnce() {
    assertThat(millis(1, SLOW, GOOD, GOOD, GOOD)).isZero();
  }

  @Test
  void afterTheLastBadOne() {
    assertThat(millis(0, SLOW, GOOD, GOOD, REFUSING, SILENT, GOOD, GOOD, GOOD)).isEqualTo(1000);
  }

  @Test
  void never() {
    assertThat(millis(0, GOOD, GOOD, SLOW, GOOD, GOOD)).isEqualTo(-1);
    assertThat(millis(2, GOOD, GOOD, GOOD)).isEqualTo(-1);
  }
}
