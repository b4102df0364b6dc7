package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Loompoll;
import dev.loompoll.testing.Await;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the JDK makes threads wait with works on goroutines, and between them and other threads. */
class LivingWithTheJdkTest {
  private final Group group = new Group(Callers.GOROUTINES);
  private final Group foreign = new Group(Callers.PLATFORM_THREADS);
  private final List<Group> both = List.of(group, foreign);

  private void awaitBoth() throws InterruptedException {
    group.await();
    foreign.await();
  }

  /** Runs it, and says how long it took, in nanoseconds. */
  private static long time(Loompoll.Task task) throws Exception {
    long start = System.nanoTime();
    task.run();
    return System.nanoTime() - start;
  }

  // ---- monitors

  /** Who parks inside keeps the monitor, and gives up only its thread. */
  @Test
  void parkingInsideAMonitor() throws Exception {
    Object lock = new Object();
    int[] inside = new int[1];
    int[] count = new int[1];
    for (Group callers : both) {
      for (int i = 0; i < 10; i++) {
        callers.go(
            () -> {
              for (int k = 0; k < 30; k++) {
                synchronized (lock) {
                  assertEquals(1, ++inside[0]);
                  switch (k % 4) {
                    case 0 -> Thread.sleep(0, 100_000);
                    case 1 -> LockSupport.parkNanos(50_000);
                    case 2 -> Thread.yield();
                    default -> recursive(lock, inside);
                  }
                  inside[0]--;
                  count[0]++;
                }
              }
            });
      }
    }
    awaitBoth();
    assertEquals(20 * 30, count[0]);
  }

  private static void recursive(Object lock, int[] inside) {
    synchronized (lock) {
      Thread.yield();
      assertEquals(1, inside[0]);
    }
  }

  /** Many that wait for one monitor, whose owner is not running. */
  @Test
  void aHeldMonitorBlocksOnlyWhoWantsIt() throws Exception {
    Object lock = new Object();
    AtomicInteger entered = new AtomicInteger();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    group.go(
        () -> {
          synchronized (lock) {
            held.countDown();
            release.await();
          }
        });
    held.await();
    for (int i = 0; i < 100; i++) {
      Thread t =
          group.go(
              () -> {
                synchronized (lock) {
                  entered.incrementAndGet();
                }
              });
      Await.until("it is blocked", () -> t.getState() == Thread.State.BLOCKED);
    }
    Group others = new Group(Callers.GOROUTINES);
    for (int i = 0; i < 100; i++) {
      others.go(Thread::yield);
    }
    others.await();
    assertEquals(0, entered.get());
    release.countDown();
    group.await();
    assertEquals(100, entered.get());
  }

  /** A buffer as in the textbooks, without and with time limits. */
  @Test
  void waitAndNotify() throws Exception {
    int each = 300;
    Deque<Integer> buffer = new ArrayDeque<>();
    AtomicLong sum = new AtomicLong();
    for (Group callers : both) {
      for (long timeout : new long[] {0, 1}) {
        callers.go(
            () -> {
              for (int i = 0; i < each; i++) {
                synchronized (buffer) {
                  while (buffer.size() == 3) {
                    buffer.wait(timeout);
                  }
                  buffer.add(i);
                  buffer.notifyAll();
                }
              }
            });
        callers.go(
            () -> {
              for (int i = 0; i < each; i++) {
                synchronized (buffer) {
                  while (buffer.isEmpty()) {
                    buffer.wait(timeout);
                  }
                  sum.addAndGet(buffer.remove());
                  buffer.notifyAll();
                }
              }
            });
      }
    }
    awaitBoth();
    assertEquals(4L * each * (each - 1) / 2, sum.get());
  }

  @Test
  void timedWaitEndsWhenItsTimeIsOver() throws Exception {
    Object lock = new Object();
    for (int i = 0; i < 50; i++) {
      int millis = 1 + i % 10;
      group.go(
          () -> {
            long start = System.nanoTime();
            synchronized (lock) {
              long left;
              while ((left = millis - (System.nanoTime() - start) / 1_000_000) > 0) {
                lock.wait(left); // it may wake spuriously, but then it goes on
              }
            }
          });
    }
    group.await();
  }

  /** One notify wakes one. */
  @Test
  void notifyWakesOneOfThem() throws Exception {
    Object lock = new Object();
    int[] permits = new int[1];
    AtomicInteger through = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      group.goAndBlock(
          () -> {
            synchronized (lock) {
              while (permits[0] == 0) {
                lock.wait();
              }
              permits[0]--;
              through.incrementAndGet();
            }
          });
    }
    for (int i = 1; i <= 20; i++) {
      int n = i;
      synchronized (lock) {
        permits[0]++;
        lock.notify();
      }
      Await.until(n + " are through", () -> through.get() == n);
    }
    group.await();
  }

  // ---- sleeping

  /** Many that sleep at once, each for another time: none wakes early, all wake. */
  @Test
  void aThousandSleepers() throws Exception {
    for (int i = 0; i < 1000; i++) {
      long nanos = 30_000L * i;
      group.go(
          () ->
              assertTrue(
                  time(() -> Thread.sleep(java.time.Duration.ofNanos(nanos))) >= nanos, "early"));
    }
    group.await();
  }

  // ---- java.util.concurrent

  @Test
  void futuresCompletedByOtherThreads() throws Exception {
    for (int i = 0; i < 200; i++) {
      CompletableFuture<Integer> future = new CompletableFuture<>();
      int value = i;
      group.go(() -> assertEquals(value, future.get()));
      group.go(() -> assertEquals(value, future.get(1, TimeUnit.DAYS)));
      group.go(() -> assertEquals(value + 1, future.thenApplyAsync(n -> n + 1).join()));
      foreign.go(() -> future.complete(value));
    }
    awaitBoth();
  }

  @Test
  void futureThatIsLate() throws Exception {
    CompletableFuture<Integer> future = new CompletableFuture<>();
    for (int i = 0; i < 20; i++) {
      group.go(
          () ->
              assertTrue(
                  time(
                          () ->
                              assertThrows(
                                  TimeoutException.class,
                                  () -> future.get(2, TimeUnit.MILLISECONDS)))
                      >= 2_000_000,
                  "early"));
    }
    group.await();
    future.complete(1);
    group.go(() -> assertEquals(1, future.get(1, TimeUnit.NANOSECONDS)));
    group.await();
  }

  /** The steps of a future run on goroutines when those are its executor. */
  @Test
  void futureStepsOnGoroutines() throws Exception {
    try (ExecutorService goroutines = Loompoll.newExecutor()) {
      CompletableFuture<Integer> sum = CompletableFuture.completedFuture(0);
      for (int i = 0; i < 100; i++) {
        sum =
            sum.thenCombine(
                CompletableFuture.supplyAsync(
                    () -> {
                      assertTrue(Thread.currentThread().isVirtual());
                      return 1;
                    },
                    goroutines),
                Integer::sum);
      }
      assertEquals(100, sum.get());
    }
  }

  static List<BlockingQueue<Integer>> queues() {
    return List.of(
        new ArrayBlockingQueue<>(2), new SynchronousQueue<>(), new LinkedTransferQueue<>());
  }

  @ParameterizedTest
  @MethodSource("queues")
  void producersAndConsumers(BlockingQueue<Integer> queue) throws Exception {
    int each = 500;
    AtomicLong sum = new AtomicLong();
    for (Group callers : both) {
      for (int p = 0; p < 4; p++) {
        callers.go(
            () -> {
              for (int i = 0; i < each; i++) {
                if (i % 2 == 0) {
                  queue.put(i);
                } else {
                  while (!queue.offer(i, 100, TimeUnit.MICROSECONDS)) {
                    // again
                  }
                }
              }
            });
        callers.go(
            () -> {
              for (int i = 0; i < each; i++) {
                Integer taken = i % 2 == 0 ? queue.take() : null;
                while (taken == null) {
                  taken = queue.poll(100, TimeUnit.MICROSECONDS);
                }
                sum.addAndGet(taken);
              }
            });
      }
    }
    awaitBoth();
    assertEquals(8L * each * (each - 1) / 2, sum.get());
    assertNull(queue.poll());
  }

  @Test
  void semaphore() throws Exception {
    Semaphore permits = new Semaphore(3);
    AtomicInteger inside = new AtomicInteger();
    for (Group callers : both) {
      for (int i = 0; i < 10; i++) {
        callers.go(
            () -> {
              for (int k = 0; k < 50; k++) {
                if (k % 2 == 0) {
                  permits.acquire();
                } else {
                  while (!permits.tryAcquire(100, TimeUnit.MICROSECONDS)) {
                    // again
                  }
                }
                assertTrue(inside.incrementAndGet() <= 3);
                Thread.yield();
                inside.decrementAndGet();
                permits.release();
              }
            });
      }
    }
    awaitBoth();
    assertEquals(3, permits.availablePermits());
  }

  @Test
  void lockAndCondition() throws Exception {
    ReentrantLock lock = new ReentrantLock(true);
    Condition changed = lock.newCondition();
    int[] turn = new int[1];
    int members = 8;
    for (int i = 0; i < members; i++) {
      int me = i;
      both.get(i % 2)
          .go(
              () -> {
                for (int k = 0; k < 100; k++) {
                  lock.lockInterruptibly();
                  try {
                    while (turn[0] % members != me) {
                      if (me % 4 < 2) {
                        changed.await();
                      } else {
                        changed.awaitNanos(200_000);
                      }
                    }
                    turn[0]++;
                    changed.signalAll();
                  } finally {
                    lock.unlock();
                  }
                }
              });
    }
    awaitBoth();
    assertEquals(100 * members, turn[0]);
    assertFalse(lock.isLocked());
  }

  @Test
  void readWriteLock() throws Exception {
    ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    int[] two = new int[2];
    for (Group callers : both) {
      for (int i = 0; i < 8; i++) {
        boolean writer = i % 4 == 0;
        callers.go(
            () -> {
              for (int k = 0; k < 100; k++) {
                (writer ? lock.writeLock() : lock.readLock()).lock();
                try {
                  two[0] += writer ? 1 : 0;
                  Thread.yield();
                  two[1] += writer ? 1 : 0;
                  assertEquals(two[0], two[1]);
                } finally {
                  (writer ? lock.writeLock() : lock.readLock()).unlock();
                }
              }
            });
      }
    }
    awaitBoth();
    assertEquals(400, two[1]);
  }

  @Test
  void barrierAndExchanger() throws Exception {
    int members = 10;
    CyclicBarrier barrier = new CyclicBarrier(members);
    AtomicInteger arrived = new AtomicInteger();
    for (int i = 0; i < members; i++) {
      both.get(i % 2)
          .go(
              () -> {
                for (int round = 1; round <= 50; round++) {
                  arrived.incrementAndGet();
                  barrier.await();
                  assertTrue(arrived.get() >= round * members);
                  barrier.await();
                }
              });
    }
    Exchanger<Integer> exchanger = new Exchanger<>();
    AtomicInteger given = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      int me = i;
      both.get(i)
          .go(
              () -> {
                for (int k = 0; k < 200; k++) {
                  assertEquals(1 - me, exchanger.exchange(me));
                  given.incrementAndGet();
                }
              });
    }
    awaitBoth();
    assertEquals(400, given.get());
  }

  // ---- what belongs to a thread

  /** They stay with the goroutine, whichever thread it goes on with. */
  @Test
  void threadLocals() throws Exception {
    ThreadLocal<Integer> local = ThreadLocal.withInitial(() -> -1);
    for (int i = 0; i < 200; i++) {
      int me = i;
      group.go(
          () -> {
            assertEquals(-1, local.get());
            local.set(me);
            for (int k = 0; k < 20; k++) {
              if (k % 5 == 0) {
                Thread.sleep(1);
              } else {
                Thread.yield();
              }
              assertEquals(me, local.get());
            }
            local.remove();
            assertEquals(-1, local.get());
          });
    }
    group.await();
    assertEquals(-1, local.get());
  }

  @Test
  void inheritableThreadLocals() throws Exception {
    InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
    local.set("test's");
    group.go(
        () -> {
          assertEquals("test's", local.get()); // from a platform thread
          local.set("goroutine's");
          CompletableFuture<String> seen = new CompletableFuture<>();
          Loompoll.go(() -> seen.complete(local.get())); // and from a goroutine
          assertEquals("goroutine's", seen.get());
        });
    group.await();
    assertEquals("test's", local.get());
  }

  private static final ScopedValue<Integer> SCOPED = ScopedValue.newInstance();

  /** Bound while the goroutine parks and moves; what it starts by {@code go} does not have them. */
  @Test
  void scopedValues() throws Exception {
    for (int i = 0; i < 100; i++) {
      int me = i;
      group.go(
          () -> {
            assertFalse(SCOPED.isBound());
            int result =
                ScopedValue.where(SCOPED, me)
                    .<Integer, Exception>call(
                        () -> {
                          for (int k = 0; k < 10; k++) {
                            Thread.yield();
                            Thread.sleep(0, 10_000);
                            assertEquals(me, SCOPED.get());
                          }
                          CompletableFuture<Boolean> bound = new CompletableFuture<>();
                          Loompoll.go(() -> bound.complete(SCOPED.isBound()));
                          assertFalse(bound.get());
                          return ScopedValue.where(SCOPED, -me).call(SCOPED::get);
                        });
            assertEquals(-me, result);
            assertFalse(SCOPED.isBound());
          });
    }
    group.await();
  }
}
