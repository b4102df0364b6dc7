package dev.loompoll.bench.suite;

import dev.loompoll.bench.Table;
import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Spread;
import dev.loompoll.bench.result.Turn;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A run as text: of each chapter a table, medians with ranges, ratios within rounds. */
final class Summary {
  private Summary() {}

  static String of(Run run) {
    StringBuilder out = new StringBuilder();
    for (Chapter c : run.chapters()) {
      out.append("\n== ").append(c.id()).append(": ").append(c.title()).append('\n');
      out.append(c.placement()).append('\n');
      if (!c.turns().isEmpty()) {
        out.append(table(c));
      }
      c.notes().forEach(n -> out.append("note: ").append(n).append('\n'));
      c.leftOut()
          .forEach(
              (name, why) ->
                  out.append("left out: ").append(name).append(": ").append(why).append('\n'));
    }
    out.append("\nmedian of the rounds (range); the ratio is to the baseline within each round\n");
    return out.toString();
  }

  private static String table(Chapter c) {
    Figure main = figure(c.main());
    Table table =
        main == Figure.RESIDENT_BYTES
            ? new Table("contestant", "resident bytes", "ratio to " + c.baseline(), "heap bytes")
            : new Table(
                "contestant",
                c.unit().equals("bytes") ? "MB/s" : c.unit() + "/s",
                (main == Figure.RATE ? "ratio to " : "p99 ratio to ") + c.baseline(),
                "CPU ratio",
                "p50 us",
                "p99 us",
                "user instr.",
                "kernel instr.",
                "generator idle");
    List<Turn> base = c.turns().getOrDefault(c.baseline(), List.of());
    for (Map.Entry<String, List<Turn>> e : c.turns().entrySet()) {
      List<Turn> mine = e.getValue();
      String ratio = ratio(Turns.ratios(mine, base, main));
      if (main == Figure.RESIDENT_BYTES) {
        table.row(e.getKey(), cell(mine, main, 1), ratio, cell(mine, Figure.HEAP_BYTES, 1));
      } else {
        table.row(
            e.getKey(),
            cell(mine, Figure.RATE, c.unit().equals("bytes") ? 1e-6 : 1),
            ratio,
            cpu(mine, base),
            median(mine, Figure.P50, 1e-3),
            cell(mine, Figure.P99, 1e-3),
            median(mine, Figure.USER_INSTRUCTIONS, 1),
            median(mine, Figure.KERNEL_INSTRUCTIONS, 1),
            median(mine, Figure.GENERATOR_IDLE, 100));
      }
    }
    return table.text();
  }

  /**
   * Units of the rate per CPU second, to the baseline's: counts where the rate is a lower bound.
   */
  private static String cpu(List<Turn> mine, List<Turn> base) {
    return ratio(Turns.ratios(base, mine, Figure.USER_NANOS, Figure.KERNEL_NANOS));
  }

  private static String ratio(List<Double> ratios) {
    return ratios.isEmpty() ? "" : Spread.of(ratios, r -> r).text("%.2f");
  }

  private static String cell(List<Turn> turns, Figure f, double factor) {
    Spread s = Turns.spread(turns, f);
    return Turns.has(turns, f)
        ? new Spread(s.median() * factor, s.min() * factor, s.max() * factor).text("%,.0f")
        : "";
  }

  private static String median(List<Turn> turns, Figure f, double factor) {
    return Turns.has(turns, f)
        ? Table.number("%,.0f", Turns.spread(turns, f).median() * factor)
        : "";
  }

  private static Figure figure(String key) {
    return Arrays.stream(Figure.values())
        .filter(f -> f.key().equals(key))
        .findAny()
        .orElse(Figure.RATE);
  }
}
