package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunQueueTest {
  private record Task(int number) implements Runnable {
    @Override
    public void run() {}
  }

  @Test
  void firstInFirstOut() {
    RunQueue queue = new RunQueue(4);
    Task[] tasks = {new Task(0), new Task(1), new Task(2), new Task(3)};
    assertTrue(queue.isEmpty());
    for (Task t : tasks) {
      assertTrue(queue.push(t));
    }
    assertFalse(queue.push(new Task(4)));
    assertEquals(4, queue.size());
    for (Task t : tasks) {
      assertSame(t, queue.pop());
    }
    assertNull(queue.pop());
  }

  /** With one slot alone, "filled" and "free for the next round" would be the same number. */
  @ParameterizedTest
  @ValueSource(ints = {-2, 0, 1, 3, 6})
  void badCapacities(int capacity) {
    assertThrows(IllegalArgumentException.class, () -> new RunQueue(capacity));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8, 256})
  void agreesWithTheModel(int capacity) {
    RunQueue queue = new RunQueue(capacity);
    ArrayDeque<Runnable> model = new ArrayDeque<>();
    Random random = new Random(capacity);
    Runnable[] stolen = new Runnable[capacity];
    for (int step = 0; step < 100_000; step++) {
      switch (random.nextInt(8)) {
        case 0, 1, 2, 3 -> {
          Task task = new Task(step);
          boolean fits = model.size() < capacity;
          assertEquals(fits, queue.push(task));
          if (fits) {
            model.add(task);
          }
        }
        case 4, 5, 6 -> assertSame(model.poll(), queue.pop());
        default -> {
          int n = queue.stealHalf(stolen);
          assertEquals((model.size() + 1) / 2, n);
          for (int i = 0; i < n; i++) {
            assertSame(model.poll(), stolen[i]);
          }
        }
      }
      assertEquals(model.size(), queue.size());
      assertEquals(model.isEmpty(), queue.isEmpty());
    }
  }

  // ---- as many tasks as there is time for, where the threads share a CPU with others

  private final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);

  private boolean inTime() {
    return System.nanoTime() - end < 0;
  }

  /** Small, so that it wraps round and is full or empty all the time: each task comes out once. */
  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void nothingIsLostOrDoubled(int capacity) throws Exception {
    RunQueue queue = new RunQueue(capacity);
    int pushers = 2;
    int each = 30_000;
    AtomicIntegerArray taken = new AtomicIntegerArray(pushers * each);
    int[] pushed = new int[pushers];
    AtomicInteger pushing = new AtomicInteger(pushers);
    AtomicInteger left = new AtomicInteger();
    Group group = new Group(Callers.PLATFORM_THREADS);
    for (int i = 0; i < pushers; i++) {
      int me = i;
      group.go(
          () -> {
            for (; pushed[me] < each && inTime(); pushed[me]++) {
              left.incrementAndGet();
              while (!queue.push(new Task(me * each + pushed[me]))) {
                Thread.yield();
              }
            }
            pushing.decrementAndGet();
          });
    }
    for (int i = 0; i < 3; i++) {
      boolean thief = i == 0;
      group.go(
          () -> {
            Runnable[] into = new Runnable[capacity];
            while (pushing.get() > 0 || left.get() > 0) {
              int n = 0;
              if (thief) {
                n = queue.stealHalf(into);
              } else if ((into[0] = queue.pop()) != null) {
                n = 1;
              }
              for (int k = 0; k < n; k++) {
                assertEquals(1, taken.incrementAndGet(((Task) into[k]).number));
                left.decrementAndGet();
              }
              if (n == 0) {
                Thread.yield();
              }
            }
          });
    }
    group.await();
    assertTrue(queue.isEmpty());
    for (int i = 0; i < taken.length(); i++) {
      assertEquals(i % each < pushed[i / each] ? 1 : 0, taken.get(i));
    }
  }

  /** With one taker, each pusher's tasks stay in their order. */
  @Test
  void keepsEachPushersOrder() throws Exception {
    RunQueue queue = new RunQueue(8);
    int pushers = 3;
    int each = 30_000;
    int[] pushed = new int[pushers];
    int[] next = new int[pushers];
    AtomicInteger pushing = new AtomicInteger(pushers);
    Group group = new Group(Callers.PLATFORM_THREADS);
    for (int i = 0; i < pushers; i++) {
      int me = i;
      group.go(
          () -> {
            for (; pushed[me] < each && inTime(); pushed[me]++) {
              while (!queue.push(new Task(pushed[me] * pushers + me))) {
                Thread.yield();
              }
            }
            pushing.decrementAndGet();
          });
    }
    group.go(
        () -> {
          while (pushing.get() > 0 || !queue.isEmpty()) {
            if (queue.pop() instanceof Task task) {
              assertEquals(next[task.number % pushers]++, task.number / pushers);
            } else {
              Thread.yield();
            }
          }
        });
    group.await();
    assertArrayEquals(pushed, next);
  }
}
