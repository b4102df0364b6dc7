package dev.loompoll.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Turn;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static List<Turn> rates(double... rates) {
    return Arrays.stream(rates)
        .mapToObj(rate -> new Turn(Map.of(Figure.RATE.key(), rate), List.of()))
        .toList();
  }

  private static String baseline(String wanted, Map<String, List<Turn>> turns) {
    return Turns.baseline(wanted, new LinkedHashMap<>(turns), Figure.RATE);
  }

  @Test
  void theBaselineIsTheOneAskedFor() {
    Map<String, List<Turn>> turns = Map.of("a", rates(1, 2), "b", rates(3, 4));
    assertThat(baseline("a", turns)).isEqualTo("a");
    assertThat(baseline("b", turns)).isEqualTo("b");
  }

  @Test
  void orTheFirstWithSomethingToCompare() {
    Map<String, List<Turn>> turns = new LinkedHashMap<>();
    turns.put("nothing", rates(0, 0));
    turns.put("absent", List.of());
    turns.put("first", rates(0, 5));
    turns.put("second", rates(9, 9));
    assertThat(baseline("somebody else", turns)).isEqualTo("first");
    assertThat(baseline("nothing", turns)).isEqualTo("first");
    assertThat(baseline("absent", turns)).isEqualTo("first");
    assertThat(baseline("second", turns)).isEqualTo("second");
  }

  @Test
  void memoryThatShrankIsNothingToCompareWith() {
    Map<String, List<Turn>> turns = new LinkedHashMap<>();
    turns.put("shrank", rates(-4096, 0));
    turns.put("grew", rates(4096, 4096));
    assertThat(baseline("shrank", turns)).isEqualTo("grew");
  }

  @Test
  void whereNobodyCanBeComparedWithItStaysTheOneAskedFor() {
    assertThat(baseline("a", Map.of("a", rates(0), "b", rates(0)))).isEqualTo("a");
  }

  @Test
  void ratiosAreWithinARoundAndLeaveOutWhatHasNone() {
    assertThat(Turns.ratios(rates(2, 3, 4), rates(1, 0, 8), Figure.RATE)).containsExactly(2.0, 0.5);
  }
}
