package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Models of servers in one table: a row a model, a column a workload. */
public final class ModelsTable {
  private ModelsTable() {}

  /** Of each the rate, to the baseline's within the round, and the p99. */
  public static String markdown(Run run) {
    StringBuilder out = new StringBuilder();
    String baseline = run.chapters().isEmpty() ? "nobody" : run.chapters().getFirst().baseline();
    out.append(
        "<code>%s</code>, started %s; ratios to %s within the round, median (range).\n\n"
            .formatted(Escape.markdown(Paths.hide(run.command())), run.started(), baseline));
    out.append("| model |");
    for (Chapter c : run.chapters()) {
      String to = c.baseline().equals(baseline) ? "" : ", to " + c.baseline(); // it had no answers
      out.append(" %s |".formatted(Escape.markdown(c.title() + to)));
    }
    out.append("\n|---|").append("---|".repeat(run.chapters().size())).append('\n');
    Map<String, List<String>> rows = new LinkedHashMap<>();
    run.entrants().forEach(e -> rows.put(e.name(), new ArrayList<>()));
    for (Chapter c : run.chapters()) {
      rows.forEach((name, cells) -> cells.add(cell(c, name)));
    }
    rows.forEach(
        (name, cells) ->
            out.append(
                "| %s | %s |\n".formatted(Escape.markdown(name), String.join(" | ", cells))));
    return out.toString();
  }

  private static String cell(Chapter c, String name) {
    Spread rate = Spread.of(Rounds.values(c, name, Figure.RATE));
    if (!rate.known()) {
      String why = c.leftOut().getOrDefault(name, Spread.NOTHING);
      return Escape.markdown(Paths.hide(why.lines().findFirst().orElse(Spread.NOTHING)));
    }
    Spread ratio = Spread.of(Rounds.ratios(c, name, c.baseline(), Figure.RATE));
    double p99 = Spread.of(Rounds.values(c, name, Figure.P99)).median();
    return "**%s**; %s %s/s; p99 %s"
        .formatted(
            ratio.text(Numbers::ratio),
            Numbers.of(Figure.RATE, rate.median()),
            Escape.markdown(c.unit()),
            Numbers.of(Figure.P99, p99));
  }
}
