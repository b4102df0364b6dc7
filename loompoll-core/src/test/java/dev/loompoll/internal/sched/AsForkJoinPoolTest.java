package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import org.junit.jupiter.api.Test;

/** Whatever the JDK hands to its pool goes into the scheduler's queue, and nowhere else. */
class AsForkJoinPoolTest {
  private final Scheduler scheduler =
      new Scheduler(1, QuietNet::new, () -> 0, null, new HandOff.Limits(2, 0)); // never started
  private final ForkJoinPool pool = new AsForkJoinPool(scheduler);
  private final List<String> ran = new ArrayList<>();

  private ForkJoinTask<?> task(String name) {
    return ForkJoinTask.adapt(() -> ran.add(name));
  }

  @Test
  void everyWayInLeadsToTheScheduler() {
    ForkJoinTask<?> submitted = task("submitted");
    pool.execute(() -> ran.add("a runnable"));
    pool.execute(task("a task"));
    pool.externalSubmit(submitted);
    pool.lazySubmit(task("lazily"));
    assertEquals(List.of(), ran);
    assertFalse(submitted.isDone());
    for (Runnable task; (task = scheduler.pollGlobal()) != null; ) {
      task.run();
    }
    assertEquals(List.of("a runnable", "a task", "submitted", "lazily"), ran);
    assertTrue(submitted.isDone());
  }
}
