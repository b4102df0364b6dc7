package dev.loompoll.internal.sched;

import static dev.loompoll.internal.Workers.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With a network of which the test decides what it sees, and mostly a clock that stands still. */
@Timeout(60)
class PollLoopTest {
  private static final long NEVER = Timers.NEVER;

  /** What a poll that may block does. */
  private enum Wait {
    /** Waits for an event or a wake-up only: a time that the clock never reaches. */
    FOR_A_WAKE,
    /** A timeout passes at once, on the test's clock. */
    ADVANCES_THE_CLOCK,
    /** Waits in real time. */
    REALLY
  }

  private final class FakeNet implements NetPoll {
    private final Wait wait;
    private final List<Long> timeouts = new ArrayList<>();
    private boolean woken;
    private int events;
    private boolean blocked;
    private int wakes;
    private Runnable beforeWait = () -> {};

    FakeNet(Wait wait) {
      this.wait = wait;
    }

    @Override
    public Buffer newBuffer() {
      return new Buffer() {};
    }

    @Override
    public synchronized int poll(long timeoutNanos, Buffer buffer) {
      timeouts.add(timeoutNanos);
      if (timeoutNanos != 0) {
        beforeWait.run();
        blocked = true;
        try {
          block(timeoutNanos);
        } catch (InterruptedException e) {
          throw new Stopped();
        } finally {
          blocked = false;
        }
        woken = false;
      }
      int n = events;
      events = 0;
      return n;
    }

    private void block(long timeout) throws InterruptedException {
      long end = System.nanoTime() + timeout;
      while (!woken && events == 0) {
        if (timeout < 0 || wait == Wait.FOR_A_WAKE) {
          wait();
        } else if (wait == Wait.ADVANCES_THE_CLOCK) {
          clock.addAndGet(timeout);
          return;
        } else {
          long left = end - System.nanoTime();
          if (left <= 0) {
            return;
          }
          TimeUnit.NANOSECONDS.timedWait(this, left);
        }
      }
    }

    @Override
    public boolean waitAlsoFor(NetPoll other) {
      return true;
    }

    @Override
    public synchronized void wake() {
      wakes++;
      woken = true;
      notifyAll();
    }

    synchronized void event() {
      events++;
      notifyAll();
    }

    synchronized boolean blocked() {
      return blocked;
    }

    synchronized int wakes() {
      return wakes;
    }

    synchronized List<Long> timeouts() {
      return List.copyOf(timeouts);
    }
  }

  /** Counts how often it fired; due when it was armed for, unless told otherwise. */
  private static class Timer extends Timers.Entry {
    final AtomicInteger fired = new AtomicInteger();
    volatile long due;

    Timer at(long due) {
      this.due = due;
      return this;
    }

    @Override
    protected long fire(long now) {
      if (due > now) {
        return due;
      }
      fired.incrementAndGet();
      return NEVER;
    }
  }

  private final AtomicLong clock = new AtomicLong(1000);

  /** Something that happens just when the loop asks for the time. */
  private Runnable onClock = () -> {};

  private final NetPoll.Buffer buffer = new NetPoll.Buffer() {};
  private final Workers workers = new Workers();
  private FakeNet net;
  private PollLoop loop;

  private void loop(Wait wait) {
    net = new FakeNet(wait);
    loop =
        new PollLoop(
            net,
            () -> {
              onClock.run();
              return clock.get();
            });
  }

  private Timer arm(long when) {
    Timer t = new Timer().at(when);
    loop.arm(t, when);
    return t;
  }

  private FutureTask<Integer> blockedOwner() throws InterruptedException {
    FutureTask<Integer> owner = workers.call(() -> loop.pollBlocking(buffer));
    until(() -> net.blocked() || owner.isDone());
    assertFalse(owner.isDone(), "did not block");
    return owner;
  }

  @AfterEach
  void stopAll() {
    workers.close();
  }

  // ---- what it waits for

  @Test
  void withoutTimersItWaitsForTheNetworkAlone() throws Exception {
    loop(Wait.FOR_A_WAKE);
    FutureTask<Integer> owner = blockedOwner();
    net.event();
    assertEquals(1, owner.get());
    assertEquals(List.of(-1L), net.timeouts());
  }

  @Test
  void waitsUntilTheEarliestTimer() {
    loop(Wait.ADVANCES_THE_CLOCK);
    Timer later = arm(1500);
    Timer first = arm(1030);
    assertEquals(1, loop.pollBlocking(buffer));
    assertEquals(List.of(30L), net.timeouts());
    assertEquals(1, first.fired.get());
    assertEquals(0, later.fired.get());
    assertEquals(1, loop.pollBlocking(buffer));
    assertEquals(List.of(30L, 470L), net.timeouts());
    assertEquals(1, later.fired.get());
  }

  @Test
  void timerThatIsDueMeansNoWaitAtAll() {
    loop(Wait.FOR_A_WAKE);
    Timer due = arm(1000);
    net.event();
    assertEquals(2, loop.pollBlocking(buffer));
    assertEquals(1, due.fired.get());
    assertEquals(List.of(0L), net.timeouts());
  }

  @Test
  void pollNowPollsAndFiresAndNeverBlocks() {
    loop(Wait.FOR_A_WAKE);
    assertEquals(0, loop.pollNow(buffer));
    Timer due = arm(900);
    Timer notYet = arm(1001);
    net.event();
    assertEquals(2, loop.pollNow(buffer));
    assertEquals(0, loop.pollNow(buffer));
    assertEquals(1, due.fired.get());
    assertEquals(0, notYet.fired.get());
    clock.set(1001);
    assertEquals(1, loop.pollNow(buffer));
    assertEquals(1, notYet.fired.get());
    assertEquals(List.of(0L, 0L, 0L, 0L), net.timeouts());
  }

  @Test
  void timerThatBecameDueDuringTheWaitFiresWithTheEvents() throws Exception {
    loop(Wait.FOR_A_WAKE);
    Timer t = arm(2000);
    FutureTask<Integer> owner = blockedOwner();
    clock.set(2000);
    net.event();
    assertEquals(2, owner.get());
    assertEquals(1, t.fired.get());
  }

  @Test
  void lazilyMovedTimerMakesTheNextWaitLonger() {
    loop(Wait.ADVANCES_THE_CLOCK);
    Timer t = arm(1100);
    t.at(1700);
    loop.arm(t, 1700);
    loop.pollBlocking(buffer); // a look at 1100
    assertEquals(0, t.fired.get());
    loop.pollBlocking(buffer);
    assertEquals(1, t.fired.get());
    assertEquals(List.of(100L, 600L), net.timeouts());
    assertEquals(1700, clock.get());
  }

  // ---- no wait outlasts a timer

  @Test
  void timerArmedWhileTheOwnerBlocksForeverWakesIt() throws Exception {
    loop(Wait.FOR_A_WAKE);
    FutureTask<Integer> owner = blockedOwner();
    Timer t = arm(1500);
    assertEquals(0, owner.get());
    assertEquals(1, net.wakes());
    clock.set(1500);
    assertEquals(1, loop.pollNow(buffer));
    assertEquals(1, t.fired.get());
  }

  @Test
  void timerArmedWhileTheOwnerBlocksForALaterOneWakesIt() throws Exception {
    loop(Wait.FOR_A_WAKE);
    arm(5000);
    FutureTask<Integer> owner = blockedOwner();
    Timer t = arm(1000); // due at once
    assertEquals(1, owner.get());
    assertEquals(1, t.fired.get());
    assertEquals(List.of(4000L), net.timeouts());
  }

  @Test
  void knownTimerArmedEarlierWakesItToo() throws Exception {
    loop(Wait.FOR_A_WAKE);
    Timer t = arm(5000);
    FutureTask<Integer> owner = blockedOwner();
    t.at(3000);
    loop.arm(t, 3000);
    assertEquals(0, owner.get());
    FutureTask<Integer> again = blockedOwner();
    assertEquals(List.of(4000L, 2000L), net.timeouts());
    clock.set(3000);
    loop.wake();
    assertEquals(1, again.get());
    assertEquals(1, t.fired.get());
  }

  @Test
  void laterTimerDoesNotWakeIt() throws Exception {
    loop(Wait.FOR_A_WAKE);
    arm(5000);
    FutureTask<Integer> owner = blockedOwner();
    arm(5000);
    arm(7000);
    assertEquals(0, net.wakes());
    net.event();
    assertEquals(1, owner.get());
  }

  @Test
  void noWakeUpIsWastedOnAnOwnerThatDoesNotBlock() {
    loop(Wait.ADVANCES_THE_CLOCK);
    arm(2000);
    arm(1500);
    loop.pollNow(buffer);
    arm(1200);
    loop.pollBlocking(buffer);
    arm(1201);
    assertEquals(0, net.wakes());
  }

  /**
   * The owner has published its wait and asks for the time: what is armed now must end the wait.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 1000, 1001, 4999})
  void timerArmedBetweenPublishingAndWaiting(long when) {
    loop(Wait.FOR_A_WAKE);
    arm(5000);
    loop.pollNow(buffer);
    Timer t = new Timer().at(when);
    int[] calls = {0};
    onClock =
        () -> {
          if (++calls[0] == 2) { // the first is for the timers, before it publishes
            loop.arm(t, when);
          }
        };
    int n = loop.pollBlocking(buffer); // would wait for ever
    assertEquals(1, net.wakes());
    assertEquals(when <= 1000 ? 1 : 0, n);
    assertEquals(n, t.fired.get());
  }

  /** The same, at the last moment of all: in the network, just before it waits. */
  @Test
  void timerArmedAfterTheTimeoutWasReckoned() {
    loop(Wait.FOR_A_WAKE);
    arm(5000);
    Timer t = new Timer().at(1000);
    net.beforeWait = () -> loop.arm(t, 1000);
    assertEquals(1, loop.pollBlocking(buffer));
    assertEquals(1, t.fired.get());
    assertEquals(List.of(4000L), net.timeouts());
  }

  /**
   * Any thread may take a timer in from the inbox, and then it is its business to wake the owner.
   */
  @Test
  void timerThatAnotherThreadTookInWakesTheOwner() throws Exception {
    loop(Wait.FOR_A_WAKE);
    arm(5000);
    FutureTask<Integer> owner = blockedOwner();
    Timer t = new Timer().at(1500);
    loop.timers().arm(t, 1500); // pushed, but its thread has not looked for the owner yet
    loop.pollNow(buffer);
    assertEquals(0, owner.get());
    assertEquals(1, net.wakes());
    assertEquals(1500, loop.timers().next());
  }

  @Test
  void timerThatFiresOnAnotherThreadAndComesAgainWakesTheOwner() throws Exception {
    loop(Wait.FOR_A_WAKE);
    FutureTask<Integer> owner = blockedOwner();
    Timer t = new Timer().at(1700);
    loop.timers().arm(t, 1000); // a look at 1000, and the next at 1700
    assertEquals(1, loop.pollNow(buffer));
    assertEquals(0, owner.get());
    assertEquals(1700, loop.timers().next());
    assertEquals(0, t.fired.get());
  }

  // ---- covering another loop

  /** Another loop, whose owner computes. */
  private PollLoop covered(FakeNet quiet) {
    PollLoop other = new PollLoop(quiet, clock::get);
    assertTrue(loop.cover(other));
    return other;
  }

  @Test
  void waitsUntilTheEarliestTimerOfThoseThatItCovers() {
    loop(Wait.ADVANCES_THE_CLOCK);
    PollLoop other = covered(new FakeNet(Wait.FOR_A_WAKE));
    net.woken = false; // by the cover
    arm(1500);
    Timer t = new Timer().at(1030);
    other.arm(t, 1030);
    loop.pollNow(buffer);
    loop.pollBlocking(buffer);
    assertEquals(1030, clock.get());
    assertEquals(1, other.pollNow(buffer)); // as its M does when the wait has ended
    assertEquals(1, t.fired.get());
  }

  @Test
  void timerThatIsArmedInACoveredLoopEndsTheWait() throws Exception {
    loop(Wait.FOR_A_WAKE);
    PollLoop other = covered(new FakeNet(Wait.FOR_A_WAKE));
    net.woken = false; // by the cover
    FutureTask<Integer> owner = blockedOwner();
    int before = net.wakes();
    other.arm(new Timer().at(1500), 1500);
    assertEquals(0, owner.get());
    assertEquals(before + 1, net.wakes());
  }

  @Test
  void whatIsDueInACoveredLoopFires() {
    loop(Wait.FOR_A_WAKE);
    PollLoop other = covered(new FakeNet(Wait.FOR_A_WAKE));
    Timer t = new Timer().at(1000);
    other.arm(t, 1000);
    assertEquals(1, loop.pollBlocking(buffer));
    assertEquals(1, t.fired.get());
  }

  @Test
  void waitThatBeganBeforeTheCoverEnds() throws Exception {
    loop(Wait.FOR_A_WAKE);
    FutureTask<Integer> owner = blockedOwner();
    covered(new FakeNet(Wait.FOR_A_WAKE));
    assertEquals(0, owner.get());
  }

  @Test
  void coversNoLonger() throws Exception {
    loop(Wait.FOR_A_WAKE);
    PollLoop other = covered(new FakeNet(Wait.FOR_A_WAKE));
    loop.coverNoLonger(other);
    net.woken = false;
    other.arm(new Timer().at(900), 900);
    FutureTask<Integer> owner = blockedOwner();
    net.event();
    assertEquals(1, owner.get());
    assertEquals(-1L, net.timeouts().getLast());
  }

  /** A random life of one thread: each wait ends at the earliest timer or before. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noWaitOutlastsATimer(long seed) {
    Random random = new Random(seed);
    loop(Wait.ADVANCES_THE_CLOCK);
    List<Timer> timers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      timers.add(new Timer().at(NEVER));
    }
    long[] earliest = {NEVER};
    net.beforeWait =
        () -> {
          long timeout = net.timeouts.getLast();
          if (timeout < 0) {
            assertEquals(NEVER, earliest[0]);
            net.events++;
          } else {
            assertTrue(clock.get() + timeout <= earliest[0]);
          }
        };
    int expired = 0;
    for (int step = 0; step < 5_000; step++) {
      for (int k = random.nextInt(4); k > 0; k--) {
        Timer t = timers.get(random.nextInt(timers.size()));
        t.at(clock.get() + random.nextInt(300));
        loop.arm(t, t.due);
      }
      earliest[0] = timers.stream().mapToLong(t -> t.due).min().getAsLong();
      if (random.nextInt(4) == 0) {
        loop.pollNow(buffer);
      } else {
        loop.pollBlocking(buffer);
      }
      for (Timer t : timers) {
        boolean due = t.due <= clock.get();
        assertEquals(due ? 1 : 0, t.fired.getAndSet(0), "at " + clock.get() + ", due " + t.due);
        if (due) {
          t.at(NEVER);
          expired++;
        }
      }
    }
    assertTrue(expired > 1000, "hardly a timer fired: " + expired);
  }

  // ---- wake

  @Test
  void wakeEndsTheWait() throws Exception {
    loop(Wait.FOR_A_WAKE);
    FutureTask<Integer> owner = blockedOwner();
    loop.wake();
    assertEquals(0, owner.get());
  }

  @Test
  void wakeIsSticky() throws Exception {
    loop(Wait.FOR_A_WAKE);
    loop.wake();
    assertEquals(0, loop.pollBlocking(buffer));
    loop.wake();
    loop.wake();
    assertEquals(0, loop.pollBlocking(buffer));
    FutureTask<Integer> owner = blockedOwner(); // two wake-ups were one
    net.event();
    assertEquals(1, owner.get());
  }

  @Test
  void pollsThatDoNotBlockLeaveTheWakeUpAlone() {
    loop(Wait.FOR_A_WAKE);
    loop.wake();
    arm(900);
    assertEquals(1, loop.pollNow(buffer));
    assertEquals(0, loop.pollNow(buffer));
    assertEquals(0, loop.pollBlocking(buffer));
    assertEquals(List.of(0L, 0L, -1L), net.timeouts());
  }

  // ---- all at once

  /**
   * Real time. An owner with a timer far away, another poller, and threads that arm timers now and
   * shortly: one wake-up lost, and the owner waits for an hour.
   */
  @Test
  void manyArmWhileTheOwnerBlocksAndOthersPoll() throws Exception {
    net = new FakeNet(Wait.REALLY);
    loop = new PollLoop(net, Clock.SYSTEM);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger armersLeft = new AtomicInteger(3);
    arm(Clock.SYSTEM.nanos() + TimeUnit.HOURS.toNanos(1));
    workers.run(
        () -> {
          while (!stop.get()) {
            loop.pollBlocking(buffer);
          }
        });
    for (int a = 0; a < 3; a++) {
      Random random = new Random(a);
      workers.run(
          () -> {
            NetPoll.Buffer own = net.newBuffer();
            for (int i = 1; i <= 3_000; i++) {
              Timer t = arm(Clock.SYSTEM.nanos() + random.nextInt(2) * random.nextInt(20_000));
              if (random.nextInt(4) == 0) {
                loop.pollNow(own);
              }
              until(() -> t.fired.get() == 1);
            }
            if (armersLeft.decrementAndGet() == 0) {
              stop.set(true);
              loop.wake();
            }
          });
    }
    workers.join();
    assertEquals(1, loop.timers().size());
  }
}
