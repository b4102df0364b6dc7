package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The JDK's state word of a goroutine that is parked. */
class ParkedStateTest {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Executor scheduler = tasks::add;
  private int parks;

  private Thread goroutine(Runnable body) {
    Thread t = Hook.newVirtualThread(scheduler, null, body);
    t.start();
    return t;
  }

  private Thread parking(int times) {
    return goroutine(
        () -> {
          for (int i = 0; i < times; i++) {
            LockSupport.park();
            parks++;
          }
        });
  }

  /** Here, until it parks or ends. */
  private void runOne() {
    tasks.remove().run();
  }

  @Test
  void isKnownOfThisJdk() {
    assertTrue(ParkedState.known());
  }

  @Test
  void oneThatIsParkedGoesOn() {
    Thread t = parking(1);
    runOne();
    assertEquals(Thread.State.WAITING, t.getState());

    Runnable task = ParkedState.take(t, scheduler);

    assertEquals(Thread.State.RUNNABLE, t.getState());
    assertTrue(tasks.isEmpty());
    assertNotNull(task);
    task.run();
    assertEquals(Thread.State.TERMINATED, t.getState());
  }

  @Test
  void itIsTakenOnce() {
    Thread t = parking(1);
    runOne();
    assertNotNull(ParkedState.take(t, scheduler));
    assertNull(ParkedState.take(t, scheduler));
    LockSupport.unpark(t);
    assertTrue(tasks.isEmpty());
  }

  /** As two unparks before it runs are one. */
  @Test
  void noPermitIsLeft() {
    Thread t = parking(2);
    runOne();
    Runnable task = Objects.requireNonNull(ParkedState.take(t, scheduler));
    LockSupport.unpark(t);
    task.run();
    assertEquals(1, parks);
    assertEquals(Thread.State.WAITING, t.getState());
  }

  @Test
  void notOneThatHasNotStartedOrHasEnded() {
    Thread t = parking(1);
    assertNull(ParkedState.take(t, scheduler));
    LockSupport.unpark(t); // so that it does not park
    runOne();
    assertEquals(Thread.State.TERMINATED, t.getState());
    assertNull(ParkedState.take(t, scheduler));
  }

  /** Its timer is to be cancelled: the JDK's affair. */
  @Test
  void notOneThatWaitsForATime() {
    Thread t = goroutine(() -> LockSupport.parkNanos(TimeUnit.HOURS.toNanos(1)));
    runOne();
    assertNull(ParkedState.take(t, scheduler));
    LockSupport.unpark(t);
    runOne();
    assertEquals(Thread.State.TERMINATED, t.getState());
  }

  @Test
  void notOneOfAnotherScheduler() {
    Thread t = parking(1);
    runOne();
    assertNull(ParkedState.take(t, Runnable::run));
    assertEquals(Thread.State.WAITING, t.getState());
  }

  @Test
  void notAPlatformThread() throws Exception {
    Thread t = Thread.ofPlatform().start(LockSupport::park);
    assertNull(ParkedState.take(t, scheduler));
    LockSupport.unpark(t);
    t.join();
    assertFalse(t.isAlive());
  }
}
