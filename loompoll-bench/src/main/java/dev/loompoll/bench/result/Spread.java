package dev.loompoll.bench.result;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** A median with its range: what a row of rounds is worth; NaN of none. */
public record Spread(double median, double min, double max) {
  /** What is shown for a figure that there is not. */
  public static final String NOTHING = "–";

  public static <T> Spread of(Collection<T> things, ToDoubleFunction<T> value) {
    double[] sorted = things.stream().mapToDouble(value).sorted().toArray();
    if (sorted.length == 0) {
      return new Spread(Double.NaN, Double.NaN, Double.NaN);
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  public static Spread of(List<Double> values) {
    return of(values, v -> v);
  }

  public boolean known() {
    return !Double.isNaN(median);
  }

  /** As {@code 0.90 (0.85–0.93)}, each by this format. */
  public String text(String format) {
    return text(v -> String.format(Locale.ROOT, format, v));
  }

  public String text(DoubleFunction<String> number) {
    return known()
        ? "%s (%s–%s)".formatted(number.apply(median), number.apply(min), number.apply(max))
        : NOTHING;
  }
}
