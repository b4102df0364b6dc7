package dev.loompoll.internal.sched;

/**
 * The second seam: which of the runnable goroutines a P runs next. Absent in production, where the
 * queues' order decides; a simulation draws it from its seed.
 */
public interface PickOrder {
  /** An index from 0 to {@code candidates - 1}. */
  int pick(int candidates);
}
