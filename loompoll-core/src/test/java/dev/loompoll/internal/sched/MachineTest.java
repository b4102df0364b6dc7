package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** An M's way through its tasks. */
class MachineTest {
  private static final int ANOTHER = 9;
  private static final long MINUTE = 60_000_000_000L;

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

  private final AtomicLong now = new AtomicLong(); // so that a spare M has waited long enough
  private final Scheduler scheduler =
      new Scheduler(
          1,
          EndingNet::new,
          () -> now.addAndGet(MINUTE),
          null,
          new HandOff.Limits(2, 0)); // never started
  private final Processor p = scheduler.processors()[0];
  private final List<String> ran = new ArrayList<>();

  private void runMachine() throws InterruptedException {
    Machine m = Objects.requireNonNull(scheduler.machines().create());
    p.acquire(m.number);
    m.give(p);
    m.start();
    m.join();
  }

  @Test
  void runsWhatIsThere() throws Exception {
    p.queue.push(() -> ran.add("first"));
    p.queue.push(() -> ran.add("second"));
    runMachine();
    assertEquals(List.of("first", "second"), ran);
  }

  /** What is left in the queue is another M's affair, and so are all other Ps' queues. */
  @Test
  void goesNotOnWithAPThatWasHandedOn() throws Exception {
    p.queue.push(
        () -> {
          ran.add("first");
          assertTrue(p.handOver(p.ownerWord(), ANOTHER));
          Thread.currentThread().interrupt(); // so that the spare M does not sleep
        });
    p.queue.push(() -> ran.add("second"));
    runMachine();
    assertEquals(List.of("first"), ran);
    assertTrue(p.heldBy(ANOTHER));
    assertEquals(1, p.queue.size());
  }

  /** A goroutine that an event wakes, and there is no room for it in the P's queue. */
  @Test
  void whomItWakesIsQueuedSomewhere() {
    Machine m = Objects.requireNonNull(scheduler.machines().create());
    Thread goroutine = scheduler.newThread(null, LockSupport::park);
    goroutine.start();
    Runnable first = Objects.requireNonNull(scheduler.pollGlobal());
    first.run(); // here, until it parks
    int room = 0;
    while (p.queue.push(() -> {})) {
      room++;
    }
    assertEquals(RunQueue.CAPACITY, room);

    m.wake(goroutine);

    Runnable next = scheduler.pollGlobal();
    assertSame(first, next);
    next.run();
    assertEquals(Thread.State.TERMINATED, goroutine.getState());
  }
}
