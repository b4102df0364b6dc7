package dev.loompoll.internal.sched;

import org.jspecify.annotations.Nullable;

/**
 * Who waits for the network and the timers of a P that computes: an idle P, in the same wait as for
 * its own. Else nobody would, for the P itself polls between its tasks only, and sysmon looks every
 * millisecond. Sysmon's: all of it runs on that one thread.
 *
 * <p>A P covers one other at most, and none that covers; so there are no circles.
 */
final class Cover {
  /** So many tasks in a row that compute: one alone is soon over. */
  private static final int A_ROW = 3;

  private final Scheduler scheduler;

  /** For each P, the one that waits for its network too. */
  private final @Nullable Processor[] by;

  private int covered;

  Cover(Scheduler scheduler) {
    this.scheduler = scheduler;
    this.by = new Processor[scheduler.procs()];
  }

  /** Ends what is not needed any more, or cannot be of use. */
  void review(long now) {
    if (covered == 0) {
      return;
    }
    for (Processor p : scheduler.processors()) {
      Processor q = by[p.id];
      if (q != null && (now >= p.computesUntil || now < q.computesUntil)) {
        by[p.id] = null;
        covered--;
        q.loop.coverNoLonger(p.loop);
        q.covers = null;
      }
    }
  }

  /** Finds an idle P for one that computes. */
  void seek(Processor p, long now) {
    if (p.longTasks < A_ROW || now >= p.computesUntil || by[p.id] != null || p.covers != null) {
      return;
    }
    for (Processor q : scheduler.processors()) {
      if (q != p && q.covers == null && by[q.id] == null && scheduler.idle.contains(q.id)) {
        q.covers = p; // first: its M may return from the wait at once, and must know whom to visit
        if (q.loop.cover(p.loop)) {
          by[p.id] = q;
          covered++;
        } else {
          q.covers = null;
        }
        return;
      }
    }
  }
}
