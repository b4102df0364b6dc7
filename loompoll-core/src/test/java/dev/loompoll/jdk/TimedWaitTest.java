package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Loompoll;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.JavaProgram;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Timed waits of the JDK end in time, not early, and on our scheduler without a thread of the
 * JDK's: its threads for that have locks, which a demoted goroutine could hold.
 */
@Timeout(60)
class TimedWaitTest {
  private static final long MILLI = 1_000_000;

  @FunctionalInterface
  private interface Wait {
    void millis(long n) throws Exception;
  }

  private static void neverEarly(Wait wait) throws Exception {
    Group group = new Group(Callers.GOROUTINES);
    group.go(
        () -> {
          for (int n = 1; n <= 20; n++) {
            long start = System.nanoTime();
            wait.millis(n);
            long took = System.nanoTime() - start;
            assertTrue(took >= n * MILLI, "after " + took + " ns");
          }
        });
    group.await();
  }

  @Test
  void sleep() throws Exception {
    neverEarly(Thread::sleep);
  }

  @Test
  void park() throws Exception {
    neverEarly(
        n -> {
          long end = System.nanoTime() + n * MILLI;
          for (long left; (left = end - System.nanoTime()) > 0; ) {
            LockSupport.parkNanos(left); // may return for no reason
          }
        });
  }

  @Test
  void objectWait() throws Exception {
    Object monitor = new Object();
    neverEarly(
        n -> {
          long end = System.nanoTime() + n * MILLI;
          synchronized (monitor) {
            for (long left; (left = end - System.nanoTime()) > 0; ) {
              TimeUnit.NANOSECONDS.timedWait(monitor, left);
            }
          }
        });
  }

  /** A wait that is over before its time must not end another one later. */
  @Test
  void wokenBefore() throws Exception {
    SynchronousQueue<Integer> queue = new SynchronousQueue<>();
    Group group = new Group(Callers.GOROUTINES);
    group.go(
        () -> {
          for (int i = 0; i < 10_000; i++) {
            assertNotNull(queue.poll(1, TimeUnit.HOURS));
          }
          assertNull(queue.poll(1, TimeUnit.MILLISECONDS));
        });
    group.go(
        () -> {
          for (int i = 0; i < 10_000; i++) {
            queue.put(i);
          }
        });
    group.await();
  }

  /** What its output says: the threads of the JDK that end timed waits. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      Loompoll.go(
              () -> {
                Thread.sleep(1);
                LockSupport.parkNanos(MILLI);
                synchronized (Program.class) {
                  Program.class.wait(1);
                }
              })
          .join();
      long threads =
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(n -> n.contains("unparker") || n.contains("delayScheduler"))
              .count();
      System.out.println(Loompoll.runtime().scheduler() ? threads : "no scheduler of ours");
    }
  }

  @Test
  void noThreadOfTheJdk() throws Exception {
    JavaProgram.Ended ended = JavaProgram.run(List.of(), Program.class);
    assertEquals(0, ended.status(), ended::output);
    assertEquals(Loompoll.runtime().scheduler() ? "0\n" : "no scheduler of ours\n", ended.output());
  }
}
