package dev.loompoll.internal.sched;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A global queue with segments of two slots: any threads push and poll, and their results must be
 * those of a queue.
 */
class GlobalQueueLincheckTest {
  private record Task(int number) implements Runnable {
    @Override
    public void run() {}
  }

  /** What Lincheck calls. */
  @Param(name = "task", gen = IntGen.class, conf = "1:9")
  public static class Calls {
    private final GlobalQueue queue = new GlobalQueue(2);

    @Operation
    public void push(@Param(name = "task") int number) {
      queue.push(new Task(number));
    }

    /** 0 when there is none. */
    @Operation
    public int poll() {
      return queue.poll() instanceof Task t ? t.number : 0;
    }

    /** A push that has returned, and that nobody is about to take, is seen. */
    @Operation
    public int pollUnlessEmpty() {
      return queue.isEmpty() ? 0 : poll();
    }
  }

  private static void explore(int scenarios, int interleavings) {
    new ModelCheckingOptions()
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(3)
        .actorsAfter(3)
        .iterations(scenarios)
        .invocationsPerIteration(interleavings)
        .check(Calls.class);
  }

  private static void stress(int scenarios, int runs) {
    new StressOptions()
        .threads(3)
        .actorsPerThread(4)
        .actorsBefore(3)
        .actorsAfter(3)
        .iterations(scenarios)
        .invocationsPerIteration(runs)
        .check(Calls.class);
  }

  @Test
  void everyInterleavingIsThatOfAQueue() {
    explore(10, 500);
  }

  @Test
  void everyRunIsThatOfAQueue() {
    stress(10, 500);
  }

  @Test
  @Tag("soak")
  void manyInterleavings() {
    explore(100, 3_000);
  }

  @Test
  @Tag("soak")
  void manyRuns() {
    stress(200, 5_000);
  }
}
