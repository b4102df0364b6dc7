package dev.loompoll.bench;

import dev.loompoll.bench.result.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What a side-by-side run found, for people and for programs. */
final class PingPongReport {
  /** Below this share of idle time, the load generator may be what is measured. */
  private static final double LEAST_IDLE = 0.05;

  /** Above so many processors in the hands of others, the figures are noise. */
  private static final double MOST_OTHERS = 0.05;

  private final PingPong run;
  private final String baseline;

  /**
   * @param baseline what the ratios refer to; if it was left out, the first that was not
   */
  PingPongReport(PingPong run, String baseline) {
    this.run = run;
    this.baseline =
        run.results().containsKey(baseline) || run.results().isEmpty()
            ? baseline
            : run.results().keySet().iterator().next();
  }

  String text() {
    StringBuilder out = new StringBuilder();
    line(out, "load: " + load());
    line(
        out,
        "median of the rounds (range); ratios to "
            + baseline
            + " within the round: of the rate, and of echoes per CPU second");
    line(out, "");
    Table table =
        new Table(
            "contestant",
            "echoes/s",
            "ratio",
            "CPU ratio",
            "user ns/echo",
            "kernel ns/echo",
            "busy CPUs",
            "p50 us",
            "p99 us",
            "p99.9 us",
            "generator idle: polls / time");
    run.results()
        .forEach(
            (name, all) ->
                table.row(
                    name,
                    Spread.of(all, m -> m.sample().rate()).text("%,.0f"),
                    Spread.of(ratios(name, m -> m.sample().rate()), r -> r).text("%.2f"),
                    Spread.of(ratios(name, m -> 1 / m.cpuNanos()), r -> r).text("%.2f"),
                    Spread.of(all, PingPong.Measured::userNanos).text("%,.0f"),
                    Spread.of(all, PingPong.Measured::kernelNanos).text("%,.0f"),
                    Table.number("%.2f", Spread.of(all, PingPong.Measured::busy).median()),
                    Table.number("%,.0f", micros(all, Sample::p50).median()),
                    micros(all, Sample::p99).text("%,.0f"),
                    Table.number("%,.0f", micros(all, Sample::p999).median()),
                    Table.number(
                        "%.0f %% / %.0f %%",
                        100 * Spread.of(all, m -> m.sample().idlePolls()).median(),
                        100 * Spread.of(all, m -> m.sample().idleTime()).median())));
    out.append(table.text());
    line(out, "");
    turns(out);
    phase(out);
    neighbours(out);
    instructions(out);
    bottleneck(out);
    missing(out);
    run.leftOut().forEach((name, why) -> line(out, "left out: " + name + ": " + why));
    return out.toString();
  }

  /** What the servers said of their turns. */
  private void turns(StringBuilder out) {
    run.results()
        .forEach(
            (name, all) -> {
              StringBuilder words = new StringBuilder();
              for (String key : all.getFirst().turn().keySet()) {
                words.append(
                    "  %s %s"
                        .formatted(
                            key,
                            Spread.of(all, m -> m.turn().getOrDefault(key, 0L)).text("%,.0f")));
              }
              List<Long> safepoints =
                  all.stream().flatMap(m -> m.safepoints().stream()).sorted().toList();
              if (!safepoints.isEmpty()) {
                words.append(
                    "  ms to safepoint: p50 %.1f, p99 %.1f, longest %.1f of %d"
                        .formatted(
                            quantile(safepoints, 0.5),
                            quantile(safepoints, 0.99),
                            quantile(safepoints, 1),
                            safepoints.size()));
              }
              if (!words.isEmpty()) {
                line(out, "a turn of " + name + ":" + words);
              }
            });
  }

  private static double quantile(List<Long> sorted, double q) {
    return sorted.get((int) Math.ceil(q * sorted.size()) - 1) / 1e6;
  }

  private String load() {
    PingPong.Plan plan = run.plan();
    StringBuilder text = new StringBuilder();
    text.append(
        "%d connections, %d-byte ping-pong, %d rounds of %d ms slices"
            .formatted(plan.connections(), plan.size(), plan.rounds(), plan.slice().toMillis()));
    if (!plan.think().isZero()) {
      text.append(", each thinks " + plan.think().toMillis() + " ms");
    }
    if (plan.sleeping()) {
      text.append(", the generator sleeps in between");
    }
    if (plan.flooders() > 0) {
      text.append(", beside " + plan.flooders() + " that flood");
    }
    if (plan.hogs().any()) {
      text.append(", beside %d hogs (%s)".formatted(plan.hogs().count(), plan.hogs().text()));
    }
    if (plan.neighbours()) {
      text.append(", beside another busy process on each processor");
    }
    if (plan.generatorFirst()) {
      text.append(", generator at nice -20");
    }
    Cpus cpus = run.cpus();
    text.append(
        cpus.pinned()
            ? "; servers on CPU %d, load generator on CPU %d"
                .formatted(cpus.server(), cpus.generator())
            : plan.pinned() ? "; NOT PINNED: that takes two CPUs and taskset" : "; not pinned");
    if (plan.procs() > 0) {
      text.append(", procs " + plan.procs());
    }
    return text.toString();
  }

  private static void line(StringBuilder out, String text) {
    out.append(text).append('\n');
  }

  private static Spread micros(List<PingPong.Measured> all, ToLongFunction<Sample> nanos) {
    return Spread.of(all, m -> nanos.applyAsLong(m.sample()) / 1e3);
  }

  /** To the baseline, round by round. */
  private List<Double> ratios(String name, ToDoubleFunction<PingPong.Measured> of) {
    List<PingPong.Measured> mine = run.results().getOrDefault(name, List.of());
    List<PingPong.Measured> base = run.results().getOrDefault(baseline, List.of());
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.min(mine.size(), base.size()); i++) {
      double by = of.applyAsDouble(base.get(i));
      double ratio = of.applyAsDouble(mine.get(i)) / by;
      ratios.add(Double.isFinite(ratio) ? ratio : 0); // of too short a slice
    }
    return ratios;
  }

  /** The same code costs the kernel more or less, as the host places the CPUs: say which it was. */
  private void phase(StringBuilder out) {
    List<PingPong.Measured> base = run.results().getOrDefault(baseline, List.of());
    line(
        out,
        "phase: kernel CPU ns per echo of %s: %s"
            .formatted(baseline, Spread.of(base, PingPong.Measured::kernelNanos).text("%,.0f")));
  }

  private void instructions(StringBuilder out) {
    if (!Perf.works()) {
      line(out, "instructions per echo: not counted, " + Perf.whyNot());
      return;
    }
    run.instructions()
        .forEach(
            (name, i) ->
                line(
                    out,
                    "instructions per echo of %s: user %,.0f, kernel %,.0f"
                        .formatted(name, i.user(), i.kernel())));
  }

  private void bottleneck(StringBuilder out) {
    run.results()
        .forEach(
            (name, all) -> {
              double idle = Spread.of(all, m -> m.sample().idleTime()).median();
              if (idle < LEAST_IDLE && run.plan().think().isZero() && !run.plan().sleeping()) {
                line(
                    out,
                    "NOTE: %s leaves the load generator idle for %.1f %% of the time only (the server uses %.2f CPUs): its rate is a lower bound, judge by CPU"
                        .formatted(name, 100 * idle, Spread.of(all, m -> m.busy()).median()));
              }
            });
  }

  private void missing(StringBuilder out) {
    run.results()
        .forEach(
            (name, all) -> {
              Spread missing = Spread.of(all, m -> m.sample().missing());
              if (missing.max() > 0) {
                line(
                    out,
                    "WARNING: %s leaves connections without a reply for seconds: %s a slice"
                        .formatted(name, missing.text("%.0f")));
              }
            });
  }

  private void neighbours(StringBuilder out) {
    List<PingPong.Measured> all = new ArrayList<>();
    run.results().values().forEach(all::addAll);
    Spread others = Spread.of(all, PingPong.Measured::others);
    Spread stolen = Spread.of(all, PingPong.Measured::stolen);
    line(
        out,
        "CPUs used by others during slices: %s; stolen by the host: %s%s"
            .formatted(
                others.text("%.2f"),
                stolen.text("%.2f"),
                others.median() + stolen.median() > MOST_OTHERS
                    ? "; TOO MANY: these figures are noise"
                    : ""));
  }

  String json(Map<String, Object> environment, String command) {
    PingPong.Plan plan = run.plan();
    Map<String, Object> top = new LinkedHashMap<>();
    top.put("command", command);
    top.put("environment", environment);
    top.put("connections", plan.connections());
    top.put("size", plan.size());
    top.put("rounds", plan.rounds());
    top.put("sliceMillis", plan.slice().toMillis());
    top.put("thinkMillis", plan.think().toMillis());
    top.put("generatorSleeps", plan.sleeping());
    top.put("flooders", plan.flooders());
    top.put("hogs", plan.hogs().count());
    top.put("hogKind", plan.hogs().kind());
    top.put("hogMillis", plan.hogs().millis());
    top.put("neighbours", plan.neighbours());
    top.put("pinned", run.cpus().pinned());
    top.put("procs", plan.procs());
    top.put("baseline", baseline);
    top.put("perf", Perf.works() ? "counted" : Perf.whyNot());
    Map<String, Object> contestants = new LinkedHashMap<>();
    run.results().forEach((name, all) -> contestants.put(name, contestant(name, all)));
    top.put("contestants", contestants);
    top.put("leftOut", run.leftOut());
    return Json.of(top);
  }

  private Map<String, Object> contestant(String name, List<PingPong.Measured> all) {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("warmupSlices", run.warmupSlices().getOrDefault(name, 0));
    c.put("rate", spread(Spread.of(all, m -> m.sample().rate())));
    c.put("ratio", spread(Spread.of(ratios(name, m -> m.sample().rate()), r -> r)));
    c.put("cpuRatio", spread(Spread.of(ratios(name, m -> 1 / m.cpuNanos()), r -> r)));
    c.put("userNanosPerEcho", spread(Spread.of(all, PingPong.Measured::userNanos)));
    c.put("kernelNanosPerEcho", spread(Spread.of(all, PingPong.Measured::kernelNanos)));
    Perf.Instructions i = run.instructions().get(name);
    if (i != null) {
      c.put("instructionsPerEcho", Map.of("user", i.user(), "kernel", i.kernel()));
    }
    List<Object> rounds = new ArrayList<>();
    for (PingPong.Measured m : all) {
      rounds.add(round(m));
    }
    c.put("rounds", rounds);
    return c;
  }

  private static Map<String, Object> spread(Spread s) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("median", s.median());
    m.put("min", s.min());
    m.put("max", s.max());
    return m;
  }

  private static Map<String, Object> round(PingPong.Measured m) {
    Sample s = m.sample();
    Map<String, Object> r = new LinkedHashMap<>();
    r.put("echoes", s.units());
    r.put("late", s.late());
    r.put("missing", s.missing());
    r.put("nanos", s.nanos());
    r.put("rate", s.rate());
    r.put("userNanosPerEcho", m.userNanos());
    r.put("kernelNanosPerEcho", m.kernelNanos());
    r.put("busy", m.busy());
    r.put("p50", s.p50());
    r.put("p99", s.p99());
    r.put("p999", s.p999());
    r.put("max", s.max());
    r.put("idlePolls", s.idlePolls());
    r.put("idleTime", s.idleTime());
    r.put("flooded", s.flooded());
    r.put("others", m.others());
    r.put("stolen", m.stolen());
    r.putAll(m.turn());
    if (!m.safepoints().isEmpty()) {
      r.put("nanosToSafepoint", m.safepoints());
    }
    return r;
  }
}
