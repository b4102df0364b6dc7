package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Spread;
import java.util.Locale;

/** Figures in the unit that suits their size, the same whatever the language of the machine. */
final class Numbers {
  private Numbers() {}

  /** A rate counts what the chapter says. */
  static String of(Figure figure, double value, Chapter chapter) {
    return figure == Figure.RATE && chapter.unit().equals("bytes") && !Double.isNaN(value)
        ? bytes(value)
        : of(figure, value);
  }

  static String of(Figure figure, double value) {
    if (Double.isNaN(value)) {
      return Spread.NOTHING;
    }
    return switch (figure.unit()) {
      case "ns" -> time(value);
      case "bytes" -> bytes(value);
      default -> plain(value);
    };
  }

  /** Three digits that count: {@code 157 k}, {@code 1.57 M}. */
  static String plain(double value) {
    double size = Math.abs(value);
    if (size >= 1e9) {
      return digits(value / 1e9) + " G";
    }
    if (size >= 1e6) {
      return digits(value / 1e6) + " M";
    }
    return size >= 1e4 ? digits(value / 1e3) + " k" : digits(value);
  }

  static String time(double nanos) {
    if (nanos >= 1e9) {
      return digits(nanos / 1e9) + " s";
    }
    if (nanos >= 1e6) {
      return digits(nanos / 1e6) + " ms";
    }
    return nanos >= 1e3 ? digits(nanos / 1e3) + " µs" : digits(nanos) + " ns";
  }

  static String bytes(double bytes) {
    if (bytes >= 1 << 30) {
      return digits(bytes / (1 << 30)) + " GiB";
    }
    if (bytes >= 1 << 20) {
      return digits(bytes / (1 << 20)) + " MiB";
    }
    return bytes >= 1 << 10 ? digits(bytes / (1 << 10)) + " KiB" : digits(bytes) + " B";
  }

  static String ratio(double value) {
    String format = value >= 99.5 ? "%,.0f" : value >= 9.95 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }

  static String digits(double value) {
    double size = Math.abs(value);
    String format = size >= 99.95 ? "%,.0f" : size >= 9.995 ? "%.1f" : size == 0 ? "%.0f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
