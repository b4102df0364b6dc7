package dev.loompoll.internal.sched;

import java.util.concurrent.atomic.LongAdder;

/** How many goroutines there are. Those that a library makes by itself are not counted. */
public final class Goroutines {
  public static final LongAdder STARTED = new LongAdder();
  public static final LongAdder FINISHED = new LongAdder();

  private Goroutines() {}

  /** Those started and not yet finished, about. */
  static long alive() {
    long finished = FINISHED.sum(); // first, so that the difference is not negative
    return STARTED.sum() - finished;
  }
}
