package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Spread;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What was different around two runs, so that their ratios may differ for other reasons. */
final class Circumstances {
  /** The load is what it is at every start, and no reason by itself. */
  private static final String LOAD = "load";

  /** The kernel's part of the baseline's work; beyond this the machine is in another phase. */
  private static final double PHASE = 1.15;

  private Circumstances() {}

  static List<String> differing(Run old, Run now) {
    List<String> found = new ArrayList<>();
    Set<String> keys = new LinkedHashSet<>(old.machine().keySet());
    keys.addAll(now.machine().keySet());
    for (String key : keys) {
      String was = old.machine().getOrDefault(key, "unknown");
      String is = now.machine().getOrDefault(key, "unknown");
      if (!was.equals(is) && !key.startsWith(LOAD)) {
        found.add("not the same machine: %s: %s, then %s".formatted(key, was, is));
      }
    }
    versions(old, now, found);
    if (!old.complete() || !now.complete()) {
      found.add("interrupted: " + (old.complete() ? "the new run" : "the old run"));
    }
    return found;
  }

  private static void versions(Run old, Run now, List<String> found) {
    for (Run.Entrant was : old.entrants()) {
      for (Run.Entrant is : now.entrants()) {
        if (was.name().equals(is.name()) && !was.version().equals(is.version())) {
          found.add(
              "another version of %s: %s, then %s"
                  .formatted(was.name(), was.version(), is.version()));
        }
      }
    }
  }

  /** The kernel costs more or less as the host places the CPUs, and ratios follow. */
  static Optional<String> phase(Chapter before, Chapter after, String baseline) {
    double was = Spread.of(Rounds.values(before, baseline, Figure.KERNEL_NANOS)).median();
    double is = Spread.of(Rounds.values(after, baseline, Figure.KERNEL_NANOS)).median();
    if (!(was > 0 && is > 0) || Math.max(was / is, is / was) < PHASE) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s: another phase of the machine: kernel CPU time per unit of %s %s, then %s",
            before.id(),
            baseline,
            Numbers.time(was),
            Numbers.time(is)));
  }
}
