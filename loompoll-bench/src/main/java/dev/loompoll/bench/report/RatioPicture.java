package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A chapter's ratios as bars, in an SVG for pages that run no scripts: median, range, and each
 * round as a dot. It is light or dark as its reader's system is.
 */
final class RatioPicture {
  private static final int WIDTH = 860;
  private static final int LEFT = 170;
  private static final int RIGHT = 210;
  private static final int TOP = 74;
  private static final int ROW = 28;
  private static final int BAR = 16;

  /** Beyond this factor between the longest and the shortest only logarithms show both. */
  private static final double LINEAR = 25;

  private record Row(String name, Spread ratio, List<Double> rounds, double amount) {}

  private final Chapter chapter;
  private final String baseline;
  private final Figure figure;
  private final Map<String, Palette.Look> looks;
  private final List<Row> rows = new ArrayList<>();
  private final boolean log;
  private final double low;
  private final double high;
  private final StringBuilder out = new StringBuilder();

  private RatioPicture(Chapter chapter, String baseline, Map<String, Palette.Look> looks) {
    this.chapter = chapter;
    this.baseline = baseline;
    this.looks = looks;
    figure = Rounds.main(chapter);
    for (String name : looks.keySet()) {
      List<Double> ratios = Rounds.ratios(chapter, name, baseline, figure);
      if (!ratios.isEmpty()) {
        double amount = Spread.of(Rounds.values(chapter, name, figure)).median();
        rows.add(new Row(name, Spread.of(ratios), ratios, amount));
      }
    }
    Comparator<Row> order = Comparator.comparingDouble(r -> r.ratio.median());
    rows.sort(figure.higherIsBetter() ? order.reversed() : order);
    double most = rows.stream().mapToDouble(r -> r.ratio.max()).max().orElse(1);
    double least = rows.stream().mapToDouble(r -> r.ratio.min()).filter(r -> r > 0).min().orElse(1);
    log = most / least > LINEAR;
    low = log ? Math.pow(10, Math.floor(Math.log10(Math.min(1, least)) - 0.3)) : 0;
    high = log ? most * 1.3 : Math.max(1, most) * 1.04;
  }

  static String svg(Chapter chapter, String baseline, Map<String, Palette.Look> looks) {
    return new RatioPicture(chapter, baseline, looks).draw();
  }

  private String draw() {
    int bottom = TOP + ROW * rows.size();
    String title = "%s: %s relative to %s".formatted(chapter.title(), words(), baseline);
    put(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " role=\"img\" aria-labelledby=\"title\">",
        WIDTH, bottom + 34, WIDTH, bottom + 34);
    put("<title id=\"title\">%s</title>", Escape.markup(title));
    style();
    put("<rect class=\"ground\" width=\"%d\" height=\"%d\" rx=\"12\"/>", WIDTH, bottom + 34);
    put("<text class=\"title\" x=\"20\" y=\"30\">%s</text>", Escape.markup(chapter.title()));
    put(
        "<text class=\"weak\" x=\"20\" y=\"50\">%s relative to %s, %s is better%s; %d rounds</text>",
        Escape.markup(words()),
        Escape.markup(baseline),
        figure.higherIsBetter() ? "more" : "less",
        log ? " (logarithmic)" : "",
        Rounds.count(chapter));
    axis(bottom);
    for (int i = 0; i < rows.size(); i++) {
      row(rows.get(i), TOP + ROW * i + ROW / 2.0, i);
    }
    put("</svg>");
    return out.toString();
  }

  private String words() {
    return Words.of(figure, chapter);
  }

  private void style() {
    put("<style>");
    put("text{font:12.5px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#15181d}");
    put(".ground{fill:#fff}.grid{stroke:#e3e7eb}.one{stroke:#15181d;stroke-dasharray:4 3}");
    put(".weak{fill:#59626e;font-size:11.5px}.title{font-size:15px;font-weight:650}");
    put(".hero,.strong{font-weight:700}.range{stroke:#15181d;stroke-width:1.3;fill:none}");
    put(".round{fill:#fff;stroke:#15181d;stroke-width:.8}");
    for (int i = 0; i < rows.size(); i++) {
      put(".c%d{fill:%s}", i, look(rows.get(i)).light());
    }
    put("@media (prefers-color-scheme:dark){");
    put("text{fill:#e8ebef}.ground{fill:#171b21}.grid{stroke:#2b323b}.one{stroke:#e8ebef}");
    put(".weak{fill:#9aa4b1}.range{stroke:#e8ebef}.round{fill:#171b21;stroke:#e8ebef}");
    for (int i = 0; i < rows.size(); i++) {
      put(".c%d{fill:%s}", i, look(rows.get(i)).dark());
    }
    put("}");
    put("</style>");
  }

  private Palette.Look look(Row row) {
    Palette.Look look = looks.get(row.name);
    if (look == null) {
      throw new IllegalStateException("no colour for " + row.name);
    }
    return look;
  }

  private void axis(int bottom) {
    for (double tick : ticks()) {
      put(
          "<line class=\"grid\" x1=\"%1$s\" x2=\"%1$s\" y1=\"%2$d\" y2=\"%3$d\"/>",
          at(tick), TOP - 4, bottom);
      put(
          "<text class=\"weak\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          at(tick), bottom + 18, number(tick));
    }
  }

  private List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (log) {
      for (double t = Math.pow(10, Math.ceil(Math.log10(low) - 1e-9)); t <= high; t *= 10) {
        ticks.add(t);
      }
      return ticks;
    }
    double step = high <= 1.6 ? 0.25 : high <= 3 ? 0.5 : high <= 8 ? 1 : 5;
    for (int i = 0; i * step <= high; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private static String number(double tick) {
    String text = String.format(Locale.ROOT, "%.4f", tick);
    return text.replaceFirst("\\.?0+$", "");
  }

  private void row(Row row, double y, int index) {
    String kind = row.name.equals(Palette.HERO) ? " class=\"hero\"" : "";
    put(
        "<text%s x=\"%d\" y=\"%s\" text-anchor=\"end\">%s</text>",
        kind, LEFT - 10, coordinate(y + 4.5), Escape.markup(row.name));
    double from = position(log ? 1 : 0);
    double to = position(row.ratio.median());
    put(
        "<rect class=\"c%d\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%d\" rx=\"2\"/>",
        index,
        coordinate(Math.min(from, to)),
        coordinate(y - BAR / 2.0),
        coordinate(Math.abs(to - from)),
        BAR);
    put(
        "<line class=\"one\" x1=\"%1$s\" x2=\"%1$s\" y1=\"%2$s\" y2=\"%3$s\"/>",
        at(1), coordinate(y - ROW / 2.0), coordinate(y + ROW / 2.0));
    boolean base = row.name.equals(baseline);
    if (!base) {
      range(row, y);
    }
    put(
        "<text class=\"strong\" x=\"%d\" y=\"%s\">%s×</text>",
        WIDTH - RIGHT + 16, coordinate(y + 4.5), Numbers.ratio(row.ratio.median()));
    String range = base ? "baseline" : range(row.ratio);
    put(
        "<text class=\"weak\" x=\"%d\" y=\"%s\">%s · %s</text>",
        WIDTH - RIGHT + 66, coordinate(y + 4.5), range, Numbers.of(figure, row.amount, chapter));
  }

  private static String range(Spread ratio) {
    return ratio.max() == 0
        ? "none"
        : Numbers.ratio(ratio.min()) + "–" + Numbers.ratio(ratio.max());
  }

  private void range(Row row, double y) {
    int n = row.rounds.size();
    for (int i = 0; i < n; i++) {
      double offset = n == 1 ? 0 : -5 + 10.0 * i / (n - 1);
      put(
          "<circle class=\"round\" cx=\"%s\" cy=\"%s\" r=\"2.2\"/>",
          at(row.rounds.get(i)), coordinate(y + offset));
    }
    put(
        "<path class=\"range\" d=\"M%1$s %3$sH%2$sM%1$s %4$sV%5$sM%2$s %4$sV%5$s\"/>",
        at(row.ratio.min()),
        at(row.ratio.max()),
        coordinate(y),
        coordinate(y - 4),
        coordinate(y + 4));
  }

  private double position(double ratio) {
    double share =
        log
            ? Math.log(Math.max(ratio, low) / low) / Math.log(high / low)
            : Math.min(ratio, high) / high;
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private String at(double ratio) {
    return coordinate(position(ratio));
  }

  private static String coordinate(double v) {
    return String.format(Locale.ROOT, "%.1f", v);
  }

  private void put(String format, Object... values) {
    out.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
        .append('\n');
  }
}
