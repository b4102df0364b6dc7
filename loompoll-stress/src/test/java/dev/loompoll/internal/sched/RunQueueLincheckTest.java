package dev.loompoll.internal.sched;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A run queue of two or four slots: any threads push, pop and steal, and their results must be
 * those of a queue, see {@link QueueVerifier}.
 */
class RunQueueLincheckTest {
  private static final class Task implements Runnable {
    final int number;

    Task(int number) {
      this.number = number;
    }

    @Override
    public void run() {}
  }

  /** What Lincheck calls. */
  @Param(name = "task", gen = IntGen.class, conf = "1:9")
  abstract static class Calls {
    private final int capacity;
    private final RunQueue queue;

    Calls(int capacity) {
      this.capacity = capacity;
      this.queue = new RunQueue(capacity);
    }

    @Operation
    public boolean push(@Param(name = "task") int number) {
      return queue.push(new Task(number));
    }

    /** 0 when there is none. */
    @Operation
    public int pop() {
      return queue.pop() instanceof Task t ? t.number : 0;
    }

    @Operation
    public List<Integer> stealHalf() {
      Runnable[] into = new Runnable[capacity];
      int n = queue.stealHalf(into);
      List<Integer> stolen = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        stolen.add(into[i] instanceof Task t ? t.number : 0);
      }
      return stolen;
    }
  }

  /** Wraps round at every turn. */
  public static class Two extends Calls {
    public Two() {
      super(2);
    }
  }

  /** Here a theft may take two at once. */
  public static class Four extends Calls {
    public Four() {
      super(4);
    }
  }

  private static void explore(int scenarios, int interleavings) {
    for (Class<?> calls : List.of(Two.class, Four.class)) {
      new ModelCheckingOptions()
          .threads(3)
          .actorsPerThread(2)
          .actorsBefore(3)
          .actorsAfter(2)
          .iterations(scenarios)
          .invocationsPerIteration(interleavings)
          .verifier(calls == Two.class ? QueueVerifier.OfTwo.class : QueueVerifier.OfFour.class)
          .check(calls);
    }
  }

  private static void stress(int scenarios, int runs) {
    for (Class<?> calls : List.of(Two.class, Four.class)) {
      new StressOptions()
          .threads(3)
          .actorsPerThread(3)
          .actorsBefore(3)
          .actorsAfter(2)
          .iterations(scenarios)
          .invocationsPerIteration(runs)
          .verifier(calls == Two.class ? QueueVerifier.OfTwo.class : QueueVerifier.OfFour.class)
          .check(calls);
    }
  }

  @Test
  void everyInterleavingIsThatOfAQueue() {
    explore(8, 300);
  }

  @Test
  void everyRunIsThatOfAQueue() {
    stress(8, 500);
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
