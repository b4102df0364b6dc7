package dev.loompoll.bench;

import java.util.Collections;
import java.util.List;

/** When a contestant is warm. */
public final class Flat {
  private static final int LAST = 3;
  private static final double FASTER = 1.03;

  private Flat() {}

  /**
   * Whether the rates of its slices do not rise any more: the last three are no better than what
   * went before, or worse than it by the machine's whim.
   */
  public static boolean is(List<Double> rates) {
    int n = rates.size();
    if (n < 2 * LAST) {
      return false;
    }
    double before = Collections.max(rates.subList(0, n - LAST));
    return Collections.max(rates.subList(n - LAST, n)) < before * FASTER;
  }
}
