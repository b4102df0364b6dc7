package dev.loompoll.bench.report;

import dev.loompoll.bench.overload.Offered;
import dev.loompoll.bench.overload.OverloadRun;
import dev.loompoll.bench.overload.OverloadRun.Finding;
import dev.loompoll.bench.overload.OverloadRun.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** What the experiments have found, as Markdown with pictures; several runs make one page. */
public final class OverloadReport {
  /** Nanoseconds; a generator later than this is a part of what is measured. */
  private static final long LATE = 5_000_000;

  private static final double MEBI = 1024 * 1024;

  private final List<OverloadRun> runs;
  private final StringBuilder out = new StringBuilder();

  private OverloadReport(List<OverloadRun> runs) {
    this.runs = runs;
  }

  /** The page, and beside it, in a directory of its name, the pictures. */
  public static void write(List<OverloadRun> runs, Path file) throws IOException {
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    Map<String, String> pictures = pictures(runs);
    if (!pictures.isEmpty()) {
      Path directory = Files.createDirectories(file.resolveSibling(name));
      for (Map.Entry<String, String> picture : pictures.entrySet()) {
        Files.writeString(directory.resolve(picture.getKey()), picture.getValue());
      }
    }
    Files.writeString(file, markdown(runs, name));
  }

  /**
   * @param pictures where they are, from the page; empty for none
   */
  public static String markdown(List<OverloadRun> runs, String pictures) {
    return new OverloadReport(runs).text(pictures);
  }

  /** By file name: goodput and p99 over what was offered, where there is more than one step. */
  static Map<String, String> pictures(List<OverloadRun> runs) {
    Map<String, String> pictures = new LinkedHashMap<>();
    groups(runs)
        .forEach(
            (group, steps) -> {
              Set<Double> factors = new LinkedHashSet<>();
              steps.forEach(s -> factors.add(s.factor()));
              if (factors.size() < 2) {
                return;
              }
              pictures.put(
                  file(group, "goodput"),
                  LinePicture.svg(
                      "Goodput: " + group,
                      "served within 100 ms of when it was due, of the capacity",
                      "offered, times the capacity",
                      lines(steps, s -> s.step().inTimePerSecond() / s.capacity()),
                      false));
              pictures.put(
                  file(group, "p99"),
                  LinePicture.svg(
                      "Latency of what is served: " + group,
                      "p99 from when it was due, ms (logarithmic)",
                      "offered, times the capacity",
                      lines(steps, s -> s.step().latency().p99() / 1e6),
                      true));
            });
    return pictures;
  }

  private static String file(String group, String what) {
    return group.replaceAll("[^A-Za-z0-9]+", "-") + "-" + what + ".svg";
  }

  private static Map<String, List<double[]>> lines(List<Step> steps, ToDoubleFunction<Step> value) {
    Map<String, List<double[]>> lines = new LinkedHashMap<>();
    for (Step s : steps) {
      lines
          .computeIfAbsent(s.contestant(), k -> new ArrayList<>())
          .add(new double[] {s.factor(), value.applyAsDouble(s)});
    }
    return lines;
  }

  /** By pattern and handler, in words. */
  private static Map<String, List<Step>> groups(List<OverloadRun> runs) {
    Map<String, List<Step>> groups = new LinkedHashMap<>();
    for (OverloadRun run : runs) {
      for (Step s : run.steps()) {
        String pattern =
            s.pattern().equals("once") ? "one connection a request" : "persistent connections";
        groups.computeIfAbsent(pattern + ", handler " + s.handler(), k -> new ArrayList<>()).add(s);
      }
    }
    return groups;
  }

  private String text(String pictures) {
    for (OverloadRun run : runs) {
      line("<code>%s</code>, started %s.", safe(run.command()), safe(run.started()));
      line("");
    }
    if (!runs.isEmpty()) {
      line("| machine | |");
      line("|---|---|");
      runs.getFirst()
          .machine()
          .forEach((key, value) -> line("| %s | %s |", safe(key), safe(value)));
      line("");
    }
    groups(runs).forEach((group, steps) -> group(group, steps, pictures));
    findings();
    for (OverloadRun run : runs) {
      run.leftOut()
          .forEach(
              (name, why) ->
                  line("- Not here: %s: %s", safe(name), safe(why.lines().findFirst().orElse(""))));
    }
    return out.toString();
  }

  private void group(String group, List<Step> steps, String pictures) {
    line("### %s%s", group.substring(0, 1).toUpperCase(Locale.ROOT), group.substring(1));
    line("");
    line(
        "| | offered, × C | C /s | goodput /s | of C | in 100 ms, of C | p50 / p99 / max ms | refusals'"
            + " p99 ms | refused | closed | unanswered | not sent | counted by the server | back after"
            + " s | memory MiB | threads | CPUs | generator late p99 / max ms |");
    line("|---|" + "---:|".repeat(17));
    for (Step s : steps) {
      row(s);
    }
    line("");
    for (Step s : steps) {
      if (s.step().lag().p99() > LATE) {
        line(
            "- NOISE: the load generator was late at %s, %s×: latencies are worse than the server's.",
            s.contestant(), plain(s.factor()));
      }
    }
    line("");
    for (String what : List.of("goodput", "p99")) {
      if (!pictures.isEmpty() && pictures(runs).containsKey(file(group, what))) {
        line("![%s: %s](%s/%s)", what, group, pictures, file(group, what));
        line("");
      }
    }
  }

  private void row(Step s) {
    Offered.Phase p = s.step();
    long counted =
        s.counted().entrySet().stream()
            .filter(e -> e.getKey().startsWith("refused."))
            .mapToLong(Map.Entry::getValue)
            .sum();
    StringBuilder kinds = new StringBuilder(number(counted));
    s.counted()
        .forEach(
            (key, value) -> {
              if (key.startsWith("refused.") && value > 0) {
                kinds
                    .append(", ")
                    .append(key.substring("refused.".length()).toLowerCase(Locale.ROOT))
                    .append(' ')
                    .append(number(value));
              }
            });
    line(
        "| %s | %s | %s | %s | **%.2f** | %.2f | %s / %s / %s | %s | %s | %s | %s | %s | %s | %s | %s"
            + " | %d | %.2f | %s / %s |",
        s.contestant(),
        plain(s.factor()),
        number(s.capacity()),
        number(p.goodput()),
        p.goodput() / s.capacity(),
        p.inTimePerSecond() / s.capacity(),
        ms(p.latency().p50()),
        ms(p.latency().p99()),
        ms(p.latency().max()),
        ms(p.refusal().p99()),
        number(p.refused()),
        number(p.closed()),
        number(p.unanswered()),
        number(p.notSent()),
        kinds,
        s.backMillis() < 0 ? "never" : plain(s.backMillis() / 1e3),
        number(s.rssMax() / MEBI),
        s.threadsMax(),
        s.cpus(),
        ms(p.lag().p99()),
        ms(p.lag().max()));
  }

  private void findings() {
    Map<String, List<Finding>> byExperiment = new LinkedHashMap<>();
    for (OverloadRun run : runs) {
      for (Finding f : run.findings()) {
        byExperiment.computeIfAbsent(f.experiment(), k -> new ArrayList<>()).add(f);
      }
    }
    byExperiment.forEach(
        (experiment, all) -> {
          line(
              "### %s%s",
              experiment.substring(0, 1).toUpperCase(Locale.ROOT), experiment.substring(1));
          line("");
          StringBuilder head = new StringBuilder("| |");
          all.forEach(f -> head.append(' ').append(f.contestant()).append(" |"));
          line("%s", head);
          line("|---|" + "---:|".repeat(all.size()));
          Set<String> keys = new LinkedHashSet<>();
          all.forEach(f -> keys.addAll(f.figures().keySet()));
          for (String key : keys) {
            StringBuilder row = new StringBuilder("| " + key + " |");
            for (Finding f : all) {
              Double value = f.figures().get(key);
              row.append(' ').append(value == null ? "–" : figure(value)).append(" |");
            }
            line("%s", row);
          }
          line("");
        });
  }

  private static String safe(String text) {
    return Escape.markdown(Paths.hide(text));
  }

  private static String ms(long nanos) {
    return figure(nanos / 1e6);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String plain(double value) {
    return String.format(Locale.ROOT, "%.2f", value).replaceFirst("\\.?0+$", "");
  }

  /** Three digits that count. */
  private static String figure(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    double size = Math.abs(value);
    return size >= 100 || value == Math.rint(value)
        ? number(value)
        : String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
  }

  private void line(String format, Object... values) {
    out.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
        .append('\n');
  }
}
