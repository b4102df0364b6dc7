package dev.loompoll.bench;

import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** A median with its range: what a row of rounds is worth. */
record Spread(double median, double min, double max) {

  static <T> Spread of(Collection<T> things, ToDoubleFunction<T> value) {
    double[] sorted = things.stream().mapToDouble(value).sorted().toArray();
    if (sorted.length == 0) {
      return new Spread(0, 0, 0);
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** As {@code 0.90 (0.85–0.93)}. */
  String text(String format) {
    String one = format + " (" + format + "–" + format + ")";
    return Table.number(one, median, min, max);
  }
}
