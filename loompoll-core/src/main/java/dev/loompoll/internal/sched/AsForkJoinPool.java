package dev.loompoll.internal.sched;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The scheduler in the shape in which the JDK asks it for timers. {@code VirtualThread} of JDK 25
 * knows two kinds of scheduler: a {@code ForkJoinPool}, which it asks to end a timed wait, and any
 * other, for which it does that with threads and locked queues of its own. This one runs nothing by
 * itself: it is shut down from the start. Of what is overridden here JDK 25 calls {@code execute}
 * and {@code schedule}; the others are what a pool of the JDK's own is asked for in their place.
 */
final class AsForkJoinPool extends ForkJoinPool {
  private final Scheduler scheduler;

  AsForkJoinPool(Scheduler scheduler) {
    super(1);
    this.scheduler = scheduler;
    super.shutdown(); // so it appears in no thread dump
  }

  @Override
  public void execute(Runnable task) {
    scheduler.execute(task);
  }

  @Override
  public void execute(ForkJoinTask<?> task) {
    scheduler.execute(task::invoke);
  }

  @Override
  public <T> ForkJoinTask<T> externalSubmit(ForkJoinTask<T> task) {
    scheduler.execute(task::invoke);
    return task;
  }

  @Override
  public <T> ForkJoinTask<T> lazySubmit(ForkJoinTask<T> task) {
    scheduler.execute(task::invoke);
    return task;
  }

  /** From the code of the JDK that parks a goroutine, on the bare M. */
  @Override
  public ScheduledFuture<?> schedule(Runnable expired, long delay, TimeUnit unit) {
    return scheduler.schedule(expired, unit.toNanos(delay));
  }
}
