package dev.loompoll.bench.overload;

import java.util.List;

/** When a server is back to normal. */
final class Recovery {
  /** So many good windows in a row. */
  private static final int IN_A_ROW = 3;

  private static final int WORSE = 2;

  private Recovery() {}

  /**
   * How long after the {@code from}th window the first of three begins, in a row, in which nothing
   * was refused and the p99 was at most twice {@code p99}; -1 if there is none.
   */
  static long millis(List<Offered.Window> windows, int from, long windowMillis, long p99) {
    int good = 0;
    for (int i = from; i < windows.size(); i++) {
      Offered.Window w = windows.get(i);
      good = w.served() > 0 && w.refused() == 0 && w.p99() <= WORSE * p99 ? good + 1 : 0;
      if (good == IN_A_ROW) {
        return (i - IN_A_ROW + 1 - from) * windowMillis;
      }
    }
    return -1;
  }
}
