package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Turn;
import java.util.ArrayList;
import java.util.List;

/**
 * A figure over the rounds of a chapter.
 *
 * <p>The machine is another from one minute to the next, so that only turns of the same round can
 * be compared: ratios are taken inside a round, and only then is there a median of them.
 */
final class Rounds {
  private Rounds() {}

  /** What the chapter is about; the rate if this version knows no such figure. */
  static Figure main(Chapter chapter) {
    for (Figure f : Figure.values()) {
      if (f.key().equals(chapter.main())) {
        return f;
      }
    }
    return Figure.RATE;
  }

  /** Without the rounds in which it was not measured. */
  static List<Double> values(Chapter chapter, String contestant, Figure figure) {
    List<Double> values = new ArrayList<>();
    for (Turn turn : turns(chapter, contestant)) {
      Double value = turn.figures().get(figure.key());
      if (value != null && Double.isFinite(value)) {
        values.add(value);
      }
    }
    return values;
  }

  /** To the baseline, round by round; without those rounds that have no ratio. */
  static List<Double> ratios(Chapter chapter, String contestant, String baseline, Figure figure) {
    List<Turn> mine = turns(chapter, contestant);
    List<Turn> base = turns(chapter, baseline);
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.min(mine.size(), base.size()); i++) {
      Double over = mine.get(i).figures().get(figure.key());
      Double under = base.get(i).figures().get(figure.key());
      if (over != null && under != null && under > 0 && Double.isFinite(over / under)) {
        ratios.add(over / under);
      }
    }
    return ratios;
  }

  static int count(Chapter chapter) {
    return chapter.turns().values().stream().mapToInt(List::size).max().orElse(0);
  }

  private static List<Turn> turns(Chapter chapter, String contestant) {
    return chapter.turns().getOrDefault(contestant, List.of());
  }
}
