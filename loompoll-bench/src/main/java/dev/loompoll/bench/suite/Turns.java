package dev.loompoll.bench.suite;

import dev.loompoll.bench.Sample;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Spread;
import dev.loompoll.bench.result.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Figures of turns. */
final class Turns {
  private Turns() {}

  /** What the load generator knows. */
  static Map<String, Double> figures(Sample sample, boolean judgesGenerator) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(Figure.RATE.key(), sample.rate());
    if (!sample.curve().isEmpty()) {
      figures.put(Figure.P50.key(), (double) sample.p50());
      figures.put(Figure.P90.key(), (double) sample.p90());
      figures.put(Figure.P99.key(), (double) sample.p99());
      figures.put(Figure.P999.key(), (double) sample.p999());
      figures.put(Figure.MAX.key(), (double) sample.max());
    }
    if (judgesGenerator) {
      figures.put(Figure.GENERATOR_IDLE.key(), sample.idleTime());
    }
    return figures;
  }

  /** The one that was asked for, or the first that took part and has something to compare with. */
  static String baseline(String wanted, Map<String, List<Turn>> turns, Figure main) {
    if (comparable(turns.getOrDefault(wanted, List.of()), main)) {
      return wanted;
    }
    return turns.entrySet().stream()
        .filter(e -> comparable(e.getValue(), main))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(wanted);
  }

  private static boolean comparable(List<Turn> turns, Figure main) {
    return spread(turns, main).median() > 0;
  }

  /** Over those turns that have the figure. */
  static Spread spread(List<Turn> turns, Figure figure) {
    List<Double> values =
        turns.stream().map(t -> t.figures().get(figure.key())).filter(Objects::nonNull).toList();
    return Spread.of(values, v -> v);
  }

  static boolean has(List<Turn> turns, Figure figure) {
    return turns.stream().anyMatch(t -> t.figures().containsKey(figure.key()));
  }

  /** Mine to the baseline's, round by round; of several figures, the sums. */
  static List<Double> ratios(List<Turn> mine, List<Turn> base, Figure... figures) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.min(mine.size(), base.size()); i++) {
      double ratio = sum(mine.get(i), figures) / sum(base.get(i), figures);
      if (Double.isFinite(ratio)) {
        ratios.add(ratio);
      }
    }
    return ratios;
  }

  private static double sum(Turn turn, Figure... figures) {
    double sum = 0;
    for (Figure f : figures) {
      sum += turn.figures().getOrDefault(f.key(), Double.NaN);
    }
    return sum;
  }
}
