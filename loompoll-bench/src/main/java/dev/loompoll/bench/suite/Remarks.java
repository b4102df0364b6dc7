package dev.loompoll.bench.suite;

import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Spread;
import dev.loompoll.bench.result.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a reader of a chapter has to know to judge it. Thread-safe. */
final class Remarks {
  /** Below this share of idle time, the load generator may be what is measured. */
  private static final double LEAST_IDLE = 0.05;

  /** Above so many processors in the hands of others, the figures are noise. */
  private static final double MOST_OTHERS = 0.05;

  private final Contested workload;
  private final List<String> said = new ArrayList<>();
  private final Map<String, Long> missing = new TreeMap<>();

  Remarks(Contested workload) {
    this.workload = workload;
  }

  synchronized void add(String note) {
    said.add(note);
  }

  void notWarm(String name, int slices) {
    add(name + ": the warm-up ended after %d slices, its rate still rose".formatted(slices));
  }

  /** Replies that did not come, where that is no failure. */
  synchronized void missing(String name, long count) {
    if (count > 0) {
      missing.merge(name, count, Math::max);
    }
  }

  synchronized List<String> of(Map<String, List<Turn>> turns, String baseline) {
    List<String> notes = new ArrayList<>(said);
    missing.forEach(
        (name, count) ->
            notes.add(
                "%s leaves connections without a reply for the whole turn: up to %d of %d"
                    .formatted(name, count, workload.connections)));
    turns.forEach((name, all) -> generator(notes, name, all));
    others(notes, turns);
    phase(notes, turns.getOrDefault(baseline, List.of()), baseline);
    return notes;
  }

  private void generator(List<String> notes, String name, List<Turn> all) {
    if (!Turns.has(all, Figure.GENERATOR_IDLE)) {
      return;
    }
    double idle = Turns.spread(all, Figure.GENERATOR_IDLE).median();
    if (idle < LEAST_IDLE) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%s leaves the load generator idle for %.1f %% of the time only (the server uses %.2f CPUs): its rate is a lower bound, judge by CPU time",
              name,
              100 * idle,
              Turns.spread(all, Figure.BUSY).median()));
    }
  }

  private static void others(List<String> notes, Map<String, List<Turn>> turns) {
    List<Turn> all = turns.values().stream().flatMap(List::stream).toList();
    Spread others = Turns.spread(all, Figure.OTHERS);
    if (others.median() > MOST_OTHERS) {
      notes.add("NOISE: others used %s CPUs meanwhile".formatted(others.text("%.2f")));
    }
  }

  /** The same code costs the kernel more or less, as the host places the CPUs: say which it was. */
  private void phase(List<String> notes, List<Turn> base, String baseline) {
    if (Turns.has(base, Figure.KERNEL_NANOS)) {
      boolean bytes = workload.unit().equals("bytes");
      notes.add(
          "phase: kernel CPU ns per %s of %s: %s"
              .formatted(
                  bytes ? "byte" : "echo",
                  baseline,
                  Turns.spread(base, Figure.KERNEL_NANOS).text(bytes ? "%.3f" : "%,.0f")));
    }
  }
}
