package dev.loompoll.internal.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** After the scenarios of Go's fd_mutex_test. */
class FDMutexTest {
  private static final class Mutex extends FDMutex {}

  private final Mutex mutex = new Mutex();
  private final Group group = new Group(Callers.PLATFORM_THREADS);

  @Test
  void locksAndReferences() {
    assertTrue(mutex.incref());
    assertEquals(Result.OK, mutex.rwlock(false));
    assertEquals(Result.OK, mutex.rwlock(true)); // beside the other
    assertFalse(mutex.rwunlock(false));
    assertFalse(mutex.rwunlock(true));
    assertEquals(Result.OK, mutex.rwlock(false));
    assertFalse(mutex.rwunlock(false));
    assertFalse(mutex.decref());
    assertFalse(mutex.isClosed());
  }

  @Test
  void closeRefusesAllThatComesLater() {
    assertTrue(mutex.increfAndClose());
    assertTrue(mutex.isClosed());
    assertFalse(mutex.incref());
    assertFalse(mutex.increfAndClose());
    assertEquals(Result.CLOSED, mutex.rwlock(false));
    assertEquals(Result.CLOSED, mutex.rwlock(true));
    assertTrue(mutex.decref());
  }

  @Test
  void theLastOneOutDestroys() {
    assertTrue(mutex.incref());
    assertEquals(Result.OK, mutex.rwlock(false));
    assertEquals(Result.OK, mutex.rwlock(true));
    assertTrue(mutex.increfAndClose());
    assertFalse(mutex.decref());
    assertFalse(mutex.rwunlock(true));
    assertFalse(mutex.decref());
    assertTrue(mutex.rwunlock(false));
  }

  @Test
  void aWaiterGetsTheLock() throws Exception {
    for (boolean write : new boolean[] {false, true}) {
      assertEquals(Result.OK, mutex.rwlock(write));
      for (int i = 0; i < 5; i++) {
        group.goAndBlock(
            () -> {
              assertEquals(Result.OK, mutex.rwlock(write));
              assertFalse(mutex.rwunlock(write));
            });
      }
      assertFalse(mutex.rwunlock(write));
      group.await();
    }
  }

  @Test
  void closeWakesWaiters() throws Exception {
    assertEquals(Result.OK, mutex.rwlock(false));
    assertEquals(Result.OK, mutex.rwlock(true));
    for (int i = 0; i < 10; i++) {
      boolean write = i % 2 == 0;
      group.goAndBlock(() -> assertEquals(Result.CLOSED, mutex.rwlock(write)));
    }
    assertTrue(mutex.increfAndClose());
    group.await();
    assertFalse(mutex.decref());
    assertFalse(mutex.rwunlock(false));
    assertTrue(mutex.rwunlock(true));
  }

  @Test
  void interruptedWaiterLeaves() throws Exception {
    assertEquals(Result.OK, mutex.rwlock(false));
    Thread waiter =
        group.goAndBlock(
            () -> {
              assertEquals(Result.INTERRUPTED, mutex.rwlock(false));
              assertTrue(Thread.currentThread().isInterrupted());
            });
    waiter.interrupt();
    group.await();
    assertFalse(mutex.rwunlock(false)); // gives no permit to one who has left
    assertEquals(Result.OK, mutex.rwlock(false));
    assertFalse(mutex.rwunlock(false));
  }

  @Test
  void misuseIsLoud() {
    assertThrows(IllegalStateException.class, mutex::decref);
    assertThrows(IllegalStateException.class, () -> mutex.rwunlock(false));
    assertThrows(IllegalStateException.class, () -> mutex.rwunlock(true));
    assertEquals(Result.OK, mutex.rwlock(false));
    assertThrows(IllegalStateException.class, () -> mutex.rwunlock(true));
    assertFalse(mutex.rwunlock(false));
  }

  @Test
  void tooManyReferences() {
    for (int i = 0; i < (1 << 20) - 1; i++) {
      assertTrue(mutex.incref());
    }
    IllegalStateException e = assertThrows(IllegalStateException.class, mutex::incref);
    assertEquals("too many concurrent operations on a single socket (max 1048575)", e.getMessage());
    assertThrows(IllegalStateException.class, mutex::increfAndClose);
    assertEquals(Result.OK, mutex.rwlock(true)); // a lock takes no room
    assertFalse(mutex.rwunlock(true));
    assertFalse(mutex.decref());
    assertTrue(mutex.increfAndClose()); // room for one again
    assertFalse(mutex.decref());
  }

  /** Locks exclude, closing happens once, destroying once and after everything else. */
  @Test
  void stress() throws Exception {
    for (int round = 0; round < 20; round++) {
      stressRound(round);
    }
  }

  private static void stressRound(int round) throws Exception {
    Mutex mutex = new Mutex();
    AtomicInteger[] inside = {new AtomicInteger(), new AtomicInteger()};
    AtomicInteger using = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    AtomicInteger destroyed = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    Group group = new Group(Callers.values()[round % Callers.values().length]);
    for (int i = 0; i < 8; i++) {
      Random random = new Random(round * 8 + i);
      int closeAt = 200 + random.nextInt(200);
      threads.add(
          group.go(
              () -> {
                for (int k = 0; ; k++) {
                  boolean last;
                  if (k == closeAt) {
                    if (!mutex.increfAndClose()) {
                      return;
                    }
                    closed.incrementAndGet();
                    last = mutex.decref();
                  } else if (random.nextInt(3) == 0) {
                    if (!mutex.incref()) {
                      return;
                    }
                    using.incrementAndGet();
                    Thread.yield();
                    using.decrementAndGet();
                    last = mutex.decref();
                  } else {
                    boolean write = random.nextBoolean();
                    int code = mutex.rwlock(write);
                    if (code == Result.CLOSED) {
                      return;
                    }
                    if (code == Result.INTERRUPTED) {
                      assertTrue(Thread.interrupted());
                      continue;
                    }
                    AtomicInteger mine = inside[write ? 1 : 0];
                    assertEquals(1, mine.incrementAndGet(), "two inside");
                    using.incrementAndGet();
                    Thread.yield();
                    using.decrementAndGet();
                    mine.decrementAndGet();
                    last = mutex.rwunlock(write);
                  }
                  if (last) {
                    assertEquals(0, using.get(), "destroyed in use");
                    destroyed.incrementAndGet();
                    return;
                  }
                }
              }));
    }
    while (threads.stream().anyMatch(Thread::isAlive)) {
      threads.get(round % threads.size()).interrupt();
      Thread.yield();
    }
    group.await();
    assertEquals(1, closed.get());
    assertEquals(1, destroyed.get());
  }
}
