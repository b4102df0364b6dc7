package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Which P sysmon takes from its M; what it sees and when is the test's. */
class HandOffLookTest {
  private static final long MILLISECOND = 1_000_000;

  /** Ends the M that waits in it. */
  private static final class EndingNet implements NetPoll {
    @Override
    public Buffer newBuffer() {
      return new Buffer() {};
    }

    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      if (timeoutNanos != 0) {
        throw new Stopped();
      }
      return 0;
    }

    @Override
    public void wake() {}
  }

  private final HandOff.Limits limits = new HandOff.Limits(2, 0);
  private final Scheduler scheduler =
      new Scheduler(1, EndingNet::new, Clock.SYSTEM, null, limits); // never started
  private final HandOff handOff = new HandOff(scheduler, limits);
  private final Processor p = scheduler.processors()[0];
  private final Semaphore ran = new Semaphore(0);

  /** Its M is no running thread, so it does not use the CPU. */
  private int heldBySomeone() {
    int number = Objects.requireNonNull(scheduler.machines().create()).number;
    p.acquire(number);
    p.queue.push(ran::release);
    return number;
  }

  private boolean look(long now) {
    return handOff.look(p, p.ownerWord(), false, now, other -> 0);
  }

  @Test
  void aTaskThatDoesNotEndLosesItsP() throws Exception {
    int number = heldBySomeone();
    p.beginTask(p.ownerWord());
    for (int ms = 0; ms < 10; ms++) {
      assertFalse(look(ms * MILLISECOND), "within its slice");
    }
    assertTrue(look(10 * MILLISECOND));
    assertFalse(p.heldBy(number));
    ran.acquire(); // by the M that has the P now
  }

  /** So a task that computes between its reads and writes costs a yield, not a thread. */
  @Test
  void halfWayThroughItsSliceATaskIsToYieldAtItsNextOperation() {
    heldBySomeone();
    long running = p.beginTask(p.ownerWord());
    Machine m = Objects.requireNonNull(scheduler.machines().holder(running));
    for (int ms = 0; ms < 5; ms++) {
      assertFalse(look(ms * MILLISECOND));
      assertFalse(m.spend(0), "its share is not spent");
    }
    assertFalse(look(5 * MILLISECOND));
    assertTrue(m.spend(0));
  }

  /** It polls, or steals, or sleeps: whatever it finds, it has the P to run it. */
  @Test
  void anMThatRunsNoTaskKeepsItsP() {
    int number = heldBySomeone();
    long word = p.ownerWord();
    for (int ms = 0; ms < 1000; ms++) {
      assertFalse(look(ms * MILLISECOND));
    }
    assertEquals(word, p.ownerWord());
    assertTrue(p.heldBy(number));
    assertEquals(1, p.queue.size());
  }

  /** One task after another is no long task, however long that goes on. */
  @Test
  void anMThatRunsOneTaskAfterAnotherKeepsItsP() {
    heldBySomeone();
    for (int ms = 0; ms < 1000; ms++) {
      long running = p.beginTask(p.ownerWord());
      assertFalse(look(ms * MILLISECOND));
      assertTrue(p.endTask(running));
    }
  }

  /** Or sysmon would look a thousand times a second at a server that is merely busy. */
  @Test
  void tasksOfAMillisecondAreNotWorthMoreLooks() {
    heldBySomeone();
    for (int ms = 0; ms < 10; ms++) {
      long running = p.beginTask(p.ownerWord());
      assertFalse(look(ms * MILLISECOND));
      assertFalse(look((ms + 1) * MILLISECOND));
      assertTrue(p.endTask(running));
    }
    assertFalse(handOff.sawLongTask());
    p.beginTask(p.ownerWord());
    assertFalse(look(10 * MILLISECOND));
    assertFalse(look(12 * MILLISECOND));
    assertTrue(handOff.sawLongTask());
    assertFalse(handOff.sawLongTask(), "since it was asked last");
  }
}
