package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class GlobalQueueTest {
  private record Task(int number) implements Runnable {
    @Override
    public void run() {}
  }

  private final GlobalQueue queue = new GlobalQueue(4);

  private int poll() {
    return queue.poll() instanceof Task t ? t.number : -1;
  }

  @Test
  void firstInFirstOutOverManySegments() {
    assertTrue(queue.isEmpty());
    assertNull(queue.poll());
    int in = 0;
    int out = 0;
    for (int ahead = 1; ahead < 20; ahead++) {
      for (int i = 0; i < ahead; i++) {
        queue.push(new Task(in++));
      }
      assertFalse(queue.isEmpty());
      while (in > out) {
        assertEquals(out++, poll());
      }
      assertTrue(queue.isEmpty());
      assertNull(queue.poll());
    }
  }

  /** Each task comes out once, and those of one thread in their order. */
  @Test
  void concurrently() throws Exception {
    int pushers = 3;
    int each = 50_000;
    AtomicIntegerArray taken = new AtomicIntegerArray(pushers * each);
    AtomicIntegerArray left = new AtomicIntegerArray(new int[] {pushers});
    Group group = new Group(Callers.PLATFORM_THREADS);
    for (int p = 0; p < pushers; p++) {
      int first = p * each;
      group.go(
          () -> {
            for (int i = 0; i < each; i++) {
              queue.push(new Task(first + i));
            }
            left.decrementAndGet(0);
          });
    }
    for (int t = 0; t < 2; t++) {
      group.go(
          () -> {
            int[] last = {-1, -1, -1};
            for (; ; ) {
              boolean over = left.get(0) == 0;
              int n = poll();
              if (n >= 0) {
                taken.incrementAndGet(n);
                assertTrue(n > last[n / each], "out of order");
                last[n / each] = n;
              } else if (over) {
                return;
              } else {
                Thread.onSpinWait();
              }
            }
          });
    }
    group.await();
    List<Integer> wrong = new ArrayList<>();
    for (int i = 0; i < taken.length(); i++) {
      if (taken.get(i) != 1) {
        wrong.add(i);
      }
    }
    assertEquals(List.of(), wrong);
  }
}
