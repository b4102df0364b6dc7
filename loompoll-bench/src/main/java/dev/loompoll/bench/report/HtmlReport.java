package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A run as one HTML file that needs nothing else: style, scripts, the chart library with its
 * licence, and every raw figure are inside, and its content security policy forbids the browser to
 * load anything.
 *
 * <p>Prose and facts are written here. What depends on the baseline that a reader chooses is drawn
 * in the browser, from the run itself, by the scripts beside this class.
 */
public final class HtmlReport {
  /** In the order in which they build on each other. */
  private static final List<String> SCRIPTS =
      List.of("data.js", "format.js", "marks.js", "charts.js", "tables.js", "page.js");

  private static final List<String> LICENCES =
      List.of("echarts/NOTICE", "echarts/LICENSE", "echarts/licenses/LICENSE-d3");

  /** A note that begins with a shout, such as {@code NOISE:}, casts doubt on the figures. */
  private static final Pattern LOUD = Pattern.compile("[A-Z]{4,}\\b");

  private HtmlReport() {}

  public static void write(Run run, Path file) throws IOException {
    Files.writeString(file, html(run));
  }

  static String html(Run run) throws IOException {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("style", Template.resource("page.css"));
    parts.put("library", Template.resource("echarts/dist/echarts.min.js"));
    parts.put("script", all(SCRIPTS));
    parts.put("licences", Escape.markup(all(LICENCES)));
    parts.put("run", Embedded.json(run));
    parts.put("looks", Embedded.json(looks(run)));
    parts.put("started", Escape.markup(run.started().replace('T', ' ')));
    parts.put("command", Escape.markup(run.command()));
    parts.put("summary", Escape.markup(summary(run)));
    parts.put("incomplete", incomplete(run));
    parts.put("machine", machine(run));
    parts.put("entrants", entrants(run));
    parts.put("contents", contents(run));
    parts.put("chapters", chapters(run));
    return Template.fill(Template.resource("page.html"), parts);
  }

  private static String all(List<String> names) throws IOException {
    StringBuilder out = new StringBuilder();
    for (String name : names) {
      out.append(Template.resource(name)).append('\n');
    }
    return out.toString();
  }

  /** Colours, and what the figures are: what the scripts must know beside the run. */
  private static Map<String, Object> looks(Run run) {
    Map<String, Object> colours = new LinkedHashMap<>();
    Palette.of(contestants(run)).forEach((name, look) -> colours.put(name, look.asMap()));
    Map<String, Object> figures = new LinkedHashMap<>();
    for (Figure f : Figure.values()) {
      figures.put(
          f.key(),
          Map.of("label", Words.of(f), "unit", f.unit(), "higherIsBetter", f.higherIsBetter()));
    }
    return Map.of("hero", Palette.HERO, "colours", colours, "figures", figures);
  }

  /** Those who were entered, then who else turns up in a chapter. */
  static List<String> contestants(Run run) {
    Set<String> names = new LinkedHashSet<>();
    run.entrants().forEach(e -> names.add(e.name()));
    run.chapters().forEach(c -> names.addAll(c.turns().keySet()));
    return new ArrayList<>(names);
  }

  private static String summary(Run run) {
    int most = run.chapters().stream().mapToInt(Rounds::count).max().orElse(0);
    int least = run.chapters().stream().mapToInt(Rounds::count).min().orElse(0);
    return "%d contestants, %d workloads, %s rounds each"
        .formatted(
            contestants(run).size(),
            run.chapters().size(),
            least == most ? "" + most : least + " to " + most);
  }

  private static String incomplete(Run run) {
    return run.complete()
        ? ""
        : "<p class=\"warning\" role=\"note\">This run was interrupted. It has the rounds that were"
            + " done until then.</p>";
  }

  private static String machine(Run run) {
    StringBuilder out = new StringBuilder();
    run.machine()
        .forEach(
            (key, value) ->
                out.append("<div><dt>")
                    .append(Escape.markup(key))
                    .append("</dt><dd>")
                    .append(Escape.markup(value))
                    .append("</dd></div>\n"));
    return out.toString();
  }

  private static String entrants(Run run) {
    StringBuilder out = new StringBuilder();
    for (Run.Entrant e : run.entrants()) {
      out.append("<tr><th scope=\"row\" data-contestant=\"")
          .append(Escape.markup(e.name()))
          .append("\">")
          .append(Escape.markup(e.name()))
          .append("</th><td>")
          .append(Escape.markup(e.what()))
          .append("</td><td>")
          .append(Escape.markup(e.version()))
          .append("</td><td>")
          .append(Escape.markup(e.tuning()))
          .append("</td></tr>\n");
    }
    return out.toString();
  }

  private static String contents(Run run) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < run.chapters().size(); i++) {
      out.append("<li><a href=\"#chapter-%d\">".formatted(i))
          .append(Escape.markup(run.chapters().get(i).title()))
          .append("</a></li>\n");
    }
    return out.toString();
  }

  private static String chapters(Run run) throws IOException {
    String template = Template.resource("chapter.html");
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < run.chapters().size(); i++) {
      Chapter c = run.chapters().get(i);
      out.append(
          Template.fill(
              template,
              Map.of(
                  "index", Integer.toString(i),
                  "id", Escape.markup(c.id()),
                  "title", Escape.markup(c.title()),
                  "placement", Escape.markup(c.placement()),
                  "rounds", Integer.toString(Rounds.count(c)),
                  "notes", notes(c),
                  "left-out", leftOut(c))));
    }
    return out.toString();
  }

  private static String notes(Chapter c) {
    StringBuilder out = new StringBuilder();
    for (String note : c.notes()) {
      out.append(LOUD.matcher(note).lookingAt() ? "<li class=\"loud\">" : "<li>")
          .append(Escape.markup(note))
          .append("</li>\n");
    }
    return out.isEmpty() ? "" : "<ul class=\"notes\">\n" + out + "</ul>";
  }

  private static String leftOut(Chapter c) {
    StringBuilder out = new StringBuilder();
    c.leftOut()
        .forEach(
            (name, why) ->
                out.append("<dt>")
                    .append(Escape.markup(name))
                    .append("</dt><dd><pre>")
                    .append(Escape.markup(why))
                    .append("</pre></dd>\n"));
    return out.isEmpty()
        ? ""
        : "<div class=\"left-out\"><h4>Not here</h4><dl>\n" + out + "</dl></div>";
  }
}
