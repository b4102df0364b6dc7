package dev.loompoll.internal.sched;

/**
 * The second seam: which of the runnable goroutines a P runs next, and from which other P it tries
 * to steal first. Absent in production, where the queues' order and chance decide; a simulation
 * draws both from its seed.
 */
public interface PickOrder {
  /**
   * An index from 0 to {@code candidates - 1}. Before it returns, other threads of the simulation
   * may get on; a pick of one is asked for only for that.
   */
  int pick(int candidates);
}
