package dev.loompoll.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Lines over a few values of one quantity, as an SVG that loads nothing and follows light and dark
 * ground. The values are evenly spaced, whatever is between them.
 */
public final class LinePicture {
  private static final int WIDTH = 760;
  private static final int LEFT = 64;
  private static final int RIGHT = 170;
  private static final int TOP = 66;
  private static final int HEIGHT = 280;
  private static final int LEGEND = 20;

  private final List<Double> xs;
  private final Map<String, List<double[]>> lines;
  private final Map<String, Palette.Look> looks;
  private final boolean log;
  private final double low;
  private final double high;
  private final StringBuilder out = new StringBuilder();

  private LinePicture(Map<String, List<double[]>> lines, boolean log) {
    this.lines = lines;
    this.log = log;
    looks = Palette.of(List.copyOf(lines.keySet()));
    List<double[]> points = lines.values().stream().flatMap(List::stream).toList();
    xs = List.copyOf(new TreeSet<>(points.stream().map(p -> p[0]).toList()));
    double most = points.stream().mapToDouble(p -> p[1]).max().orElse(1);
    double least = points.stream().mapToDouble(p -> p[1]).filter(v -> v > 0).min().orElse(1);
    low = log ? Math.pow(10, Math.floor(Math.log10(least))) : 0;
    high =
        log
            ? Math.pow(10, Math.max(Math.ceil(Math.log10(most)), Math.log10(low) + 1))
            : Math.max(1, most) * 1.05;
  }

  /**
   * @param lines by name, points of two numbers
   * @param log whether the upright axis is logarithmic
   */
  public static String svg(
      String title, String upright, String level, Map<String, List<double[]>> lines, boolean log) {
    return new LinePicture(lines, log).draw(title, upright, level);
  }

  private String draw(String title, String upright, String level) {
    int bottom = TOP + HEIGHT;
    int height = Math.max(bottom + 56, TOP + LEGEND * lines.size() + 20);
    put(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " role=\"img\" aria-labelledby=\"title\">",
        WIDTH, height, WIDTH, height);
    put("<title id=\"title\">%s</title>", Escape.markup(title));
    style();
    put("<rect class=\"ground\" width=\"%d\" height=\"%d\" rx=\"12\"/>", WIDTH, height);
    put("<text class=\"title\" x=\"20\" y=\"28\">%s</text>", Escape.markup(title));
    put("<text class=\"weak\" x=\"20\" y=\"48\">%s</text>", Escape.markup(upright));
    for (double tick : ticks()) {
      put(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%3$s\" y2=\"%3$s\"/>",
          LEFT, WIDTH - RIGHT, coordinate(y(tick)));
      put(
          "<text class=\"weak\" x=\"%d\" y=\"%s\" text-anchor=\"end\">%s</text>",
          LEFT - 8, coordinate(y(tick) + 4), number(tick));
    }
    for (double x : xs) {
      put(
          "<text class=\"weak\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s×</text>",
          coordinate(x(x)), bottom + 20, number(x));
    }
    put(
        "<text class=\"weak\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        coordinate((LEFT + WIDTH - RIGHT) / 2.0), bottom + 42, Escape.markup(level));
    int index = 0;
    for (Map.Entry<String, List<double[]>> line : lines.entrySet()) {
      line(line.getKey(), line.getValue(), index++);
    }
    put("</svg>");
    return out.toString();
  }

  private void style() {
    put("<style>");
    put("text{font:12.5px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#15181d}");
    put(".ground{fill:#fff}.grid{stroke:#e3e7eb}.line{fill:none;stroke-width:2}");
    put(".weak{fill:#59626e;font-size:11.5px}.title{font-size:15px;font-weight:650}");
    colours(false);
    put("@media (prefers-color-scheme:dark){");
    put("text{fill:#e8ebef}.ground{fill:#171b21}.grid{stroke:#2b323b}.weak{fill:#9aa4b1}");
    colours(true);
    put("}");
    put("</style>");
  }

  private void colours(boolean dark) {
    int index = 0;
    for (Palette.Look look : looks.values()) {
      String colour = dark ? look.dark() : look.light();
      put(".s%1$d{stroke:%2$s}.f%1$d{fill:%2$s}", index++, colour);
    }
  }

  private void line(String name, List<double[]> points, int index) {
    List<String> path = new ArrayList<>();
    for (double[] p : points) {
      path.add(coordinate(x(p[0])) + "," + coordinate(y(p[1])));
      put(
          "<circle class=\"f%d\" cx=\"%s\" cy=\"%s\" r=\"3.2\"/>",
          index, coordinate(x(p[0])), coordinate(y(p[1])));
    }
    Palette.Look look = looks.get(name);
    String dashes =
        switch (look == null ? "solid" : look.line()) {
          case "dashed" -> " stroke-dasharray=\"7 4\"";
          case "dotted" -> " stroke-dasharray=\"2 4\"";
          default -> "";
        };
    put("<polyline class=\"line s%d\"%s points=\"%s\"/>", index, dashes, String.join(" ", path));
    int y = TOP + LEGEND * index + 6;
    int x = WIDTH - RIGHT + 18;
    put(
        "<line class=\"line s%d\"%s x1=\"%d\" x2=\"%d\" y1=\"%5$d\" y2=\"%5$d\"/>",
        index, dashes, x, x + 24, y);
    put("<text x=\"%d\" y=\"%d\">%s</text>", x + 32, y + 4, Escape.markup(name));
  }

  private List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (log) {
      for (double t = low; t <= high * 1.001; t *= 10) {
        ticks.add(t);
      }
      return ticks;
    }
    double step = high <= 1.6 ? 0.25 : high <= 3 ? 0.5 : high <= 12 ? 1 : high / 8;
    for (int i = 0; i * step <= high; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private double x(double value) {
    int n = Math.max(1, xs.size() - 1);
    double inner = WIDTH - RIGHT - LEFT - 40;
    return LEFT + 20 + inner * xs.indexOf(value) / n;
  }

  private double y(double value) {
    double share =
        log
            ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
            : Math.min(value, high) / high;
    return TOP + HEIGHT * (1 - share);
  }

  private static String number(double v) {
    return String.format(Locale.ROOT, "%.3f", v).replaceFirst("\\.?0+$", "");
  }

  private static String coordinate(double v) {
    return String.format(Locale.ROOT, "%.1f", v);
  }

  private void put(String format, Object... values) {
    out.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
        .append('\n');
  }
}
