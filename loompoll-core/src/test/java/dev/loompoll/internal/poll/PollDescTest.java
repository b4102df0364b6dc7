package dev.loompoll.internal.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.sched.NetPoll;
import dev.loompoll.internal.sched.PollLoop;
import dev.loompoll.internal.sched.Timers;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of transitions, each direction. */
@ParameterizedClass(name = "write={0}")
@ValueSource(booleans = {false, true})
class PollDescTest {
  /** Polls nothing. */
  private static final class NoNet implements NetPoll {
    @Override
    public Buffer newBuffer() {
      return new Buffer() {};
    }

    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      return 0;
    }

    @Override
    public void wake() {}
  }

  @Parameter boolean write;

  private final AtomicLong now = new AtomicLong(1000);
  private final PollLoop loop = new PollLoop(new NoNet(), now::get);
  private final PollDesc pd = new PollDesc(7, loop);
  private final Group group = new Group(Callers.PLATFORM_THREADS);

  @BeforeEach
  void open() {
    pd.open();
  }

  private void ready() {
    pd.ready(pd.token(), !write, write, 0);
  }

  /** Whether READY is pending; uses it up. */
  private boolean isReady() {
    Thread.currentThread().interrupt(); // nobody waits then: READY or the interrupt
    int code = pd.await(write);
    assertTrue(Thread.interrupted());
    assertTrue(code == Result.OK || code == Result.INTERRUPTED);
    return code == Result.OK;
  }

  @Test
  void readyIsUsedOnce() {
    assertFalse(isReady());
    ready();
    ready();
    assertTrue(isReady());
    assertFalse(isReady());
  }

  @Test
  void resetForgets() {
    ready();
    pd.reset(write);
    assertFalse(isReady());
  }

  @Test
  void directionsAreApart() {
    pd.ready(pd.token(), write, !write, 0);
    assertFalse(isReady());
    pd.reset(write);
    ready();
    pd.reset(!write);
    assertTrue(isReady());
  }

  @Test
  void anEventWakesTheWaiter() throws Exception {
    group.goAndBlock(() -> assertEquals(Result.OK, pd.await(write)));
    ready();
    group.await();
    assertFalse(isReady()); // used by the waiter
  }

  @Test
  void evictWakesAndStays() throws Exception {
    group.goAndBlock(() -> assertEquals(Result.CLOSED, pd.await(write)));
    pd.evict();
    group.await();
    assertEquals(Result.CLOSED, pd.check(write));
    assertEquals(Result.CLOSED, pd.await(write));
    ready();
    assertEquals(Result.CLOSED, pd.await(write));
  }

  /** What came before it was to be seen as waiting woke nobody: it must not wait then. */
  @Test
  void looksAgainWhenItIsSeenToWait() {
    Thread.currentThread().interrupt(); // it does not sleep
    pd.setDeadline(!write, write, now.get());
    int atTheDeadline = pd.await(write);
    pd.evict();
    int afterClose = pd.await(write);
    assertTrue(Thread.interrupted());
    assertEquals(Result.TIMEOUT, atTheDeadline);
    assertEquals(Result.CLOSED, afterClose);
  }

  @Test
  void interruptTakesTheWaiterBack() throws Exception {
    Thread waiter =
        group.goAndBlock(
            () -> {
              assertEquals(Result.INTERRUPTED, pd.await(write));
              assertTrue(Thread.currentThread().isInterrupted());
            });
    waiter.interrupt();
    group.await();
    ready(); // finds nobody
    assertTrue(isReady());
  }

  @Test
  void oneWaiterADirection() throws Exception {
    group.goAndBlock(() -> assertEquals(Result.OK, pd.await(write)));
    assertThrows(IllegalStateException.class, () -> pd.await(write));
    ready();
    group.await();
  }

  @Test
  void flags() {
    assertTrue(pd.mayDrain());
    pd.ready(pd.token(), true, true, PollDesc.NO_DRAIN);
    ready();
    assertFalse(pd.mayDrain()); // for good
    pd.ready(pd.token(), true, true, PollDesc.EVENT_ERROR);
    assertEquals(write ? Result.OK : Result.NOT_POLLABLE, pd.check(write));
    pd.evict();
    assertEquals(Result.CLOSED, pd.check(write));
    pd.release();
    pd.open();
    assertTrue(pd.mayDrain());
    assertEquals(Result.OK, pd.check(write));
  }

  @Test
  void staleEventsAreDropped() {
    long old = pd.token();
    assertEquals(7, PollDesc.slotOf(old));
    pd.evict();
    pd.release();
    pd.ready(old, true, true, PollDesc.NO_DRAIN);
    pd.open();
    assertEquals(7, PollDesc.slotOf(pd.token()));
    assertNotEquals(old, pd.token());
    pd.ready(old, true, true, PollDesc.NO_DRAIN | PollDesc.EVENT_ERROR);
    assertFalse(isReady());
    assertTrue(pd.mayDrain());
    assertEquals(Result.OK, pd.check(write));
    ready();
    assertTrue(isReady());
  }

  @Test
  void releasedWhileSomebodyWaitsIsLoud() throws Exception {
    group.goAndBlock(() -> pd.await(write));
    assertThrows(IllegalStateException.class, pd::release);
    ready();
    group.await();
  }

  // ---- deadlines

  @Test
  void deadlineExpiresByTheTimer() throws Exception {
    pd.setDeadline(!write, write, 1100);
    assertEquals(Result.OK, pd.check(write));
    group.goAndBlock(() -> assertEquals(Result.TIMEOUT, pd.await(write)));
    loop.timers().run(1099);
    assertEquals(Result.OK, pd.check(write));
    loop.timers().run(1100);
    group.await();
    assertEquals(Result.TIMEOUT, pd.check(write));
    assertEquals(Result.OK, pd.check(!write));
    pd.setDeadline(!write, write, 2000); // revived
    assertEquals(Result.OK, pd.check(write));
  }

  @Test
  void pastDeadlineExpiresAtOnce() throws Exception {
    group.goAndBlock(() -> assertEquals(Result.TIMEOUT, pd.await(write)));
    pd.setDeadline(!write, write, 1000); // that is now
    group.await();
    ready();
    assertEquals(Result.TIMEOUT, pd.await(write));
    pd.setDeadline(!write, write, Timers.NEVER);
    assertEquals(Result.OK, pd.check(write));
  }

  @Test
  void oneTimerForBothDirections() {
    pd.setDeadline(true, false, 1500);
    pd.setDeadline(false, true, 1200);
    loop.timers().run(1000);
    assertEquals(1, loop.timers().size());
    loop.timers().run(1200);
    assertEquals(Result.OK, pd.check(false));
    assertEquals(Result.TIMEOUT, pd.check(true));
    loop.timers().run(1500);
    assertEquals(Result.TIMEOUT, pd.check(false));
    assertEquals(0, loop.timers().size());
  }

  @Test
  void timerOfAnOlderDeadlineDoesNothing() {
    pd.setDeadline(!write, write, 1100);
    loop.timers().run(1000);
    pd.setDeadline(!write, write, 1300);
    loop.timers().run(1200);
    assertEquals(Result.OK, pd.check(write));
    pd.evict(); // nor to the next descriptor in this slot
    pd.release();
    pd.open();
    loop.timers().run(1400);
    assertEquals(Result.OK, pd.check(write));
    assertEquals(0, loop.timers().size());
  }

  // ---- races: as many rounds as there is time for, where the two threads share a CPU with others

  private final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);

  private int inTime(int round, int last) {
    return System.nanoTime() - end < 0 ? round : last;
  }

  /** Each event is awaited before the next comes: none may be lost, whenever it comes. */
  @Test
  void noEventIsLost() throws Exception {
    int events = 20_000;
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    group.go(
        () -> {
          while (seen.get() < events) {
            assertEquals(Result.OK, pd.await(write));
            seen.set(sent.get());
          }
        });
    group.go(
        () -> {
          for (int i = 1; i <= events; i++) {
            i = inTime(i, events);
            sent.set(i);
            ready();
            while (seen.get() < i) {
              Thread.onSpinWait();
              Thread.yield();
            }
          }
        });
    group.await();
  }

  /** Deadline against wait: the waiter always comes back. */
  @Test
  void noExpiryIsLost() throws Exception {
    int rounds = 20_000;
    AtomicInteger round = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    group.go(
        () -> {
          for (int i = 1; i <= rounds; i++) {
            while (round.get() < i) {
              Thread.onSpinWait();
              Thread.yield();
            }
            assertEquals(Result.TIMEOUT, pd.await(write));
            done.set(i);
          }
        });
    group.go(
        () -> {
          for (int i = 1; i <= rounds; i++) {
            i = inTime(i, rounds);
            pd.setDeadline(true, true, Timers.NEVER);
            round.set(i);
            pd.setDeadline(true, true, now.get());
            while (done.get() < i) {
              Thread.onSpinWait();
              Thread.yield();
            }
          }
        });
    group.await();
  }
}
