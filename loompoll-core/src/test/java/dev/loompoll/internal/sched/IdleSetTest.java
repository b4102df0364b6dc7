package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdleSetTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 200})
  void isASet(int size) {
    IdleSet set = new IdleSet(size);
    assertTrue(set.isEmpty());
    assertEquals(-1, set.removeAny());
    TreeSet<Integer> model = new TreeSet<>();
    for (int id = 0; id < size; id += 3) {
      set.add(id);
      set.add(id); // again is nothing
      model.add(id);
    }
    assertEquals(model.size(), set.size());
    assertFalse(set.isEmpty());
    assertTrue(set.remove(0));
    assertFalse(set.remove(0));
    model.remove(0);
    for (int n = model.size(); n > 0; n--) {
      assertTrue(model.remove(set.removeAny()));
    }
    assertTrue(set.isEmpty());
    assertEquals(0, set.size());
  }

  /** Exactly one remover wins. */
  @Test
  void oneRemoverWins() throws Exception {
    int size = 70;
    int rounds = 20_000;
    IdleSet set = new IdleSet(size);
    AtomicIntegerArray won = new AtomicIntegerArray(size);
    Group group = new Group(Callers.PLATFORM_THREADS);
    java.util.concurrent.atomic.AtomicInteger adding =
        new java.util.concurrent.atomic.AtomicInteger(2);
    for (int i = 0; i < 2; i++) {
      int id = i * 69; // in different words
      group.go(
          () -> {
            for (int k = 0; k < rounds; k++) {
              set.add(id);
              if (set.remove(id)) { // as an M that woke by itself
                won.incrementAndGet(id);
              } else {
                int seen = k + 1;
                while (won.get(id) < seen) {
                  Thread.onSpinWait(); // another has removed it and is about to say so
                }
              }
              assertEquals(k + 1, won.get(id));
            }
            adding.decrementAndGet();
          });
    }
    group.go(
        () -> {
          while (adding.get() > 0) {
            int id = set.removeAny();
            if (id >= 0) {
              won.incrementAndGet(id);
            }
          }
        });
    group.await();
    assertTrue(set.isEmpty());
  }
}
