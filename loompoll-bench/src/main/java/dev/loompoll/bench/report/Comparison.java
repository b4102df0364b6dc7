package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What moved from one run to another.
 *
 * <p>The machine has better and worse days, and all contestants have them together. So what is
 * compared are ratios to the baseline of the same round, old and new: as two rows of rounds, by
 * rank. Moved is what is unlikely by chance <em>and</em> large enough to matter.
 */
public final class Comparison {
  /** So likely by chance alone is what counts as moved. */
  static final double CHANCE = 0.01;

  /** And so much must the median move. */
  static final double LEAST = 0.03;

  /** What is said of a pair of rows. */
  enum Verdict {
    BETTER("better"),
    WORSE("worse"),
    NOISE("within noise"),
    TOO_FEW("too few rounds to tell");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /**
   * @param factor new median over old
   */
  record Change(
      Chapter chapter,
      String contestant,
      Figure figure,
      String baseline,
      Spread old,
      Spread now,
      double factor,
      double p,
      Verdict verdict) {}

  private final Run old;
  private final Run now;
  private final List<Change> changes = new ArrayList<>();
  private final List<String> onlyOld = new ArrayList<>();
  private final List<String> onlyNow = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * @throws IllegalArgumentException if the formats differ: the same figures would not mean the
   *     same
   */
  public Comparison(Run old, Run now) {
    if (old.format() != now.format()) {
      throw new IllegalArgumentException(
          "the runs cannot be compared: format %d and format %d"
              .formatted(old.format(), now.format()));
    }
    this.old = old;
    this.now = now;
    warnings.addAll(Circumstances.differing(old, now));
    compare();
  }

  List<Change> changes() {
    return changes;
  }

  List<String> warnings() {
    return warnings;
  }

  List<String> onlyOld() {
    return onlyOld;
  }

  List<String> onlyNow() {
    return onlyNow;
  }

  Run old() {
    return old;
  }

  Run now() {
    return now;
  }

  public String text() {
    return ComparisonText.of(this);
  }

  private void compare() {
    Map<String, Chapter> before = byId(old);
    Map<String, Chapter> after = byId(now);
    onlyIn(before.keySet(), after.keySet(), "workload ", onlyOld);
    onlyIn(after.keySet(), before.keySet(), "workload ", onlyNow);
    before.forEach(
        (id, chapter) -> {
          Chapter other = after.get(id);
          if (other != null) {
            compare(chapter, other);
          }
        });
  }

  private static Map<String, Chapter> byId(Run run) {
    return run.chapters().stream()
        .collect(
            Collectors.toMap(Chapter::id, Function.identity(), (a, b) -> b, LinkedHashMap::new));
  }

  private static void onlyIn(Set<String> mine, Set<String> others, String what, List<String> to) {
    mine.stream().filter(name -> !others.contains(name)).forEach(name -> to.add(what + name));
  }

  private void compare(Chapter before, Chapter after) {
    Set<String> was = tookPart(before);
    Set<String> is = tookPart(after);
    onlyIn(was, is, before.id() + ": ", onlyOld);
    onlyIn(is, was, before.id() + ": ", onlyNow);
    Set<String> both = new LinkedHashSet<>(was);
    both.retainAll(is);
    String baseline = baseline(before, after, both);
    if (baseline == null) {
      warnings.add(before.id() + ": nobody took part in both runs");
      return;
    }
    if (!before.main().equals(after.main())) {
      warnings.add("%s is about %s, then %s".formatted(before.id(), before.main(), after.main()));
      return;
    }
    Circumstances.phase(before, after, baseline).ifPresent(warnings::add);
    Set<Figure> figures = new LinkedHashSet<>(List.of(Rounds.main(before)));
    figures.add(Figure.USER_INSTRUCTIONS); // the steady figure, where it is counted
    for (Figure figure : figures) {
      for (String name : both) {
        if (!name.equals(baseline)) {
          compare(before, after, name, baseline, figure);
        }
      }
    }
  }

  private static Set<String> tookPart(Chapter chapter) {
    Set<String> names = new LinkedHashSet<>(chapter.turns().keySet());
    names.removeIf(name -> chapter.turns().getOrDefault(name, List.of()).isEmpty());
    return names;
  }

  private static @Nullable String baseline(Chapter before, Chapter after, Set<String> both) {
    for (String name : List.of(before.baseline(), after.baseline())) {
      if (both.contains(name)) {
        return name;
      }
    }
    return both.isEmpty() ? null : both.iterator().next();
  }

  private void compare(
      Chapter before, Chapter after, String contestant, String baseline, Figure figure) {
    List<Double> was = Rounds.ratios(before, contestant, baseline, figure);
    List<Double> is = Rounds.ratios(after, contestant, baseline, figure);
    if (was.isEmpty() || is.isEmpty()) {
      return; // not measured in one of them
    }
    Spread from = Spread.of(was);
    Spread to = Spread.of(is);
    double factor = from.median() == to.median() ? 1 : to.median() / from.median();
    double p = RankTest.p(was, is);
    changes.add(
        new Change(
            before,
            contestant,
            figure,
            baseline,
            from,
            to,
            factor,
            p,
            verdict(figure, factor, p, RankTest.least(was.size(), is.size()))));
  }

  private static Verdict verdict(Figure figure, double factor, double p, double leastP) {
    if (leastP >= CHANCE) {
      return Verdict.TOO_FEW;
    }
    // the same distance up and down
    boolean large = Math.abs(Math.log(factor)) >= Math.log1p(LEAST);
    if (p >= CHANCE || !large) {
      return Verdict.NOISE;
    }
    return factor > 1 == figure.higherIsBetter() ? Verdict.BETTER : Verdict.WORSE;
  }
}
