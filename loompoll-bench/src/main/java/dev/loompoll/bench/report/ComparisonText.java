package dev.loompoll.bench.report;

import dev.loompoll.bench.report.Comparison.Change;
import dev.loompoll.bench.report.Comparison.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A {@link Comparison} for a terminal. */
final class ComparisonText {
  private ComparisonText() {}

  static String of(Comparison comparison) {
    StringBuilder out = new StringBuilder();
    line(out, "old: %s  %s".formatted(comparison.old().started(), comparison.old().command()));
    line(out, "new: %s  %s".formatted(comparison.now().started(), comparison.now().command()));
    comparison.warnings().forEach(w -> line(out, "WARNING: " + w));
    line(
        out,
        String.format(
            Locale.ROOT,
            "moved: a ratio to the baseline of the same round whose median is at least %.0f %% off, with"
                + " less than %.0f %% likelihood by chance (rank-sum test over the rounds)",
            100 * Comparison.LEAST,
            100 * Comparison.CHANCE));
    for (Verdict verdict : List.of(Verdict.BETTER, Verdict.WORSE)) {
      list(out, verdict, of(comparison, verdict));
    }
    count(out, Verdict.NOISE, of(comparison, Verdict.NOISE));
    count(out, Verdict.TOO_FEW, of(comparison, Verdict.TOO_FEW));
    only(out, "only in the old run", comparison.onlyOld());
    only(out, "only in the new run", comparison.onlyNow());
    chance(out, comparison);
    return out.toString();
  }

  private static List<Change> of(Comparison comparison, Verdict verdict) {
    return comparison.changes().stream().filter(c -> c.verdict() == verdict).toList();
  }

  private static void list(StringBuilder out, Verdict verdict, List<Change> changes) {
    line(out, "");
    line(out, verdict.words() + ": " + (changes.isEmpty() ? "none" : changes.size()));
    List<List<String>> rows = new ArrayList<>();
    for (Change c : largestFirst(changes)) {
      rows.add(
          List.of(
              c.chapter().id(),
              c.contestant(),
              Words.of(c.figure()) + " / " + c.baseline(),
              c.old().text(Numbers::ratio) + "  ->  " + c.now().text(Numbers::ratio),
              percent(c.factor()),
              String.format(Locale.ROOT, "p %.4f", c.p())));
    }
    aligned(out, rows);
  }

  private static String percent(double factor) {
    return Double.isInfinite(factor)
        ? "from nothing"
        : String.format(Locale.ROOT, "%+.1f %%", 100 * (factor - 1));
  }

  private static List<Change> largestFirst(List<Change> changes) {
    return changes.stream()
        .sorted(Comparator.comparingDouble(c -> -Math.abs(Math.log(c.factor()))))
        .toList();
  }

  /** What a workload is about is named; of the rest it is enough that they did not move. */
  private static void count(StringBuilder out, Verdict verdict, List<Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    line(out, "");
    line(out, verdict.words() + ": " + changes.size());
    Map<String, List<String>> named = new LinkedHashMap<>();
    for (Change c : changes) {
      List<String> names = named.computeIfAbsent(c.chapter().id(), id -> new ArrayList<>());
      if (c.figure().key().equals(c.chapter().main())) {
        names.add(c.contestant() + " " + percent(c.factor()));
      }
    }
    named.forEach((id, names) -> line(out, "  " + id + ": " + String.join(", ", names)));
  }

  private static void only(StringBuilder out, String where, List<String> what) {
    if (!what.isEmpty()) {
      line(out, "");
      line(out, where + ": " + String.join("; ", what));
    }
  }

  /** Many looks find something: say how much. */
  private static void chance(StringBuilder out, Comparison comparison) {
    long looks = comparison.changes().stream().filter(c -> c.verdict() != Verdict.TOO_FEW).count();
    if (looks > 0) {
      line(out, "");
      line(
          out,
          String.format(
              Locale.ROOT,
              "of %d comparisons at most about %.1f would count as moved by chance; what matters,"
                  + " run again",
              looks,
              looks * Comparison.CHANCE));
    }
  }

  private static void aligned(StringBuilder out, List<List<String>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    rows.forEach(
        row -> {
          for (int i = 0; i < columns; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    for (List<String> row : rows) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        text.append("  ").append(row.get(i)).repeat(' ', widths[i] - row.get(i).length());
      }
      line(out, text.toString().stripTrailing());
    }
  }

  private static void line(StringBuilder out, String text) {
    out.append(text).append('\n');
  }
}
