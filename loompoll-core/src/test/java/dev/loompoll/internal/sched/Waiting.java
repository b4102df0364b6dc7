package dev.loompoll.internal.sched;

/** For simulations: what a scheduler whose Ms all sleep must not have left behind. */
public final class Waiting {
  private Waiting() {}

  /** Says what is wrong; null if nothing is. */
  public static String whileAllSleep(Scheduler scheduler) {
    StringBuilder b = new StringBuilder();
    if (scheduler.hasGlobal()) {
      b.append(" the global queue has work;");
    }
    for (Processor p : scheduler.processors()) {
      if (p.hasWork()) {
        b.append(" P ").append(p.id).append(" has work;");
      }
      if (!scheduler.idle.contains(p.id)) {
        b.append(" P ").append(p.id).append(" is not in the idle set;");
      }
    }
    if (scheduler.spinning() != 0) {
      b.append(' ').append(scheduler.spinning()).append(" are counted as spinning;");
    }
    return b.isEmpty() ? null : "stuck while all Ms sleep:" + b;
  }
}
