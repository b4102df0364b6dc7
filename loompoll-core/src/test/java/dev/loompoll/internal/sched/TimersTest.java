package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimersTest {
  /** Has a deadline of its own, as a PollDesc has; a later one is not told to the timers. */
  private static final class Alarm extends Timers.Entry {
    final AtomicLong deadline = new AtomicLong(Timers.NEVER);
    final AtomicInteger rang = new AtomicInteger();

    void set(Timers timers, long when) {
      deadline.set(when);
      if (when != Timers.NEVER) {
        timers.arm(this, when);
      }
    }

    @Override
    protected long fire(long now) {
      long d = deadline.get();
      if (d > now) {
        return d;
      }
      if (deadline.compareAndSet(d, Timers.NEVER)) {
        rang.incrementAndGet();
      }
      return deadline.get();
    }
  }

  private final Timers timers = new Timers();

  @Test
  void ringsOnceAndNotEarly() {
    Alarm alarm = new Alarm();
    assertEquals(Timers.NEVER, timers.next());
    alarm.set(timers, 100);
    assertTrue(timers.hasInbox());
    assertEquals(0, timers.run(99));
    assertEquals(100, timers.next());
    assertEquals(1, timers.size());
    assertEquals(1, timers.run(100));
    assertEquals(1, alarm.rang.get());
    assertEquals(Timers.NEVER, timers.next());
    assertEquals(0, timers.size());
    assertEquals(0, timers.run(1000));
  }

  @Test
  void laterDeadlineStaysWhereItIs() {
    Alarm alarm = new Alarm();
    alarm.set(timers, 100);
    timers.run(0);
    alarm.deadline.set(200);
    assertEquals(Timers.NEVER, timers.arm(alarm, 200)); // looked at early enough
    assertEquals(100, timers.next());
    timers.run(150);
    assertEquals(0, alarm.rang.get());
    assertEquals(200, timers.next());
    timers.run(200);
    assertEquals(1, alarm.rang.get());
  }

  @Test
  void earlierDeadlineIsToldToTheOwner() {
    Alarm alarm = new Alarm();
    assertEquals(100, timers.arm(alarm, 100));
    timers.run(0);
    assertEquals(50, timers.arm(alarm, 50));
    timers.run(0);
    assertEquals(50, timers.next());
    assertEquals(1, timers.size());
  }

  /** Also when the owner, blocked until something earlier, has not taken the first one in yet. */
  @Test
  void earlierDeadlineIsToldThoughTheInboxHasTheEntry() {
    Alarm alarm = new Alarm();
    assertEquals(100, timers.arm(alarm, 100));
    assertEquals(50, timers.arm(alarm, 50));
    assertEquals(20, timers.arm(alarm, 20));
    timers.run(0);
    assertEquals(20, timers.next());
  }

  /** Against a list of deadlines, in which everything due rings, once, whatever was set before. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void agreesWithTheModel(long seed) {
    Random random = new Random(seed);
    List<Alarm> alarms = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      alarms.add(new Alarm());
    }
    long[] deadline = new long[alarms.size()];
    java.util.Arrays.fill(deadline, Timers.NEVER);
    int[] rang = new int[alarms.size()];
    long now = 0;
    for (int step = 0; step < 20_000; step++) {
      int i = random.nextInt(deadline.length);
      switch (random.nextInt(4)) {
        case 0 -> deadline[i] = Timers.NEVER;
        case 1 -> deadline[i] = now + random.nextInt(10);
        case 2 -> deadline[i] = now + random.nextInt(1000);
        default -> {
          now += random.nextInt(20);
          timers.run(now);
          long earliest = Timers.NEVER;
          for (int k = 0; k < deadline.length; k++) {
            if (deadline[k] <= now) {
              deadline[k] = Timers.NEVER;
              rang[k]++;
            }
            earliest = Math.min(earliest, deadline[k]);
            assertEquals(rang[k], alarms.get(k).rang.get(), "alarm " + k + " at " + now);
          }
          assertTrue(timers.next() <= earliest, "a wait would outlast a timer");
          assertTrue(timers.next() > now, "a wait would end at once, for nothing");
          continue;
        }
      }
      alarms.get(i).set(timers, deadline[i]);
    }
    assertTrue(timers.size() <= alarms.size());
  }

  /** Or the network would wait for all of them. */
  @Test
  void veryManyFireInSeveralGoes() {
    List<OneShot> all = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      all.add(new OneShot());
      timers.arm(all.get(i), 100);
    }
    timers.run(0);
    int goes = 0;
    for (int fired = 0; fired < all.size(); goes++) {
      assertEquals(100, timers.next());
      int now = timers.run(100);
      assertTrue(now > 0 && now < 1_000, () -> now + " at once");
      fired += now;
    }
    assertTrue(goes > 1);
    assertEquals(Timers.NEVER, timers.next());
    assertTrue(all.stream().allMatch(t -> t.fired.get() == 1));
  }

  /** Armed once; cancelled or not. */
  private static final class OneShot extends Timers.Entry {
    final AtomicInteger fired = new AtomicInteger();

    @Override
    protected long fire(long now) {
      fired.incrementAndGet();
      return Timers.NEVER;
    }
  }

  @Test
  void cancelledDoesNotFire() {
    OneShot inTheInbox = new OneShot();
    OneShot inTheHeap = new OneShot();
    timers.arm(inTheHeap, 100);
    timers.run(0);
    timers.arm(inTheInbox, 100);
    assertTrue(timers.cancel(inTheInbox));
    assertTrue(timers.cancel(inTheHeap));
    assertFalse(timers.cancel(inTheHeap), "cancelled twice");
    assertEquals(0, timers.run(100));
    assertEquals(0, timers.size());
    assertEquals(Timers.NEVER, timers.next());
    assertEquals(0, inTheInbox.fired.get() + inTheHeap.fired.get());
  }

  @Test
  void whatHasFiredCannotBeCancelled() {
    OneShot timer = new OneShot();
    timers.arm(timer, 100);
    assertEquals(1, timers.run(100));
    assertFalse(timers.cancel(timer));
    assertEquals(1, timer.fired.get());
  }

  @Test
  void neverIsNotArmedAndCannotBeCancelled() {
    OneShot timer = new OneShot();
    timers.arm(timer, Timers.after(Long.MAX_VALUE, 5));
    assertFalse(timers.hasInbox());
    assertFalse(timers.cancel(timer));
  }

  /** Waits for an hour of which nearly all end at once, as those of a busy queue do. */
  @Test
  void cancelledAreThrownOut() {
    for (int i = 0; i < 100_000; i++) {
      OneShot timer = new OneShot();
      timers.arm(timer, 1_000_000 + i);
      timers.run(i);
      timers.cancel(timer);
      assertTrue(timers.size() < 200, () -> "there are " + timers.size());
    }
  }

  /** Those that are left fire in their order, none early. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sweepLeavesTheOthers(long seed) {
    Random random = new Random(seed);
    List<OneShot> all = new ArrayList<>();
    List<Integer> when = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      OneShot timer = new OneShot();
      all.add(timer);
      when.add(1 + random.nextInt(1_000));
      timers.arm(timer, when.get(i));
      if (i % 7 == 0) {
        timers.run(0);
      }
    }
    boolean[] cancelled = new boolean[all.size()];
    for (int i = 0; i < all.size(); i++) {
      if (random.nextInt(10) < 8) {
        cancelled[i] = timers.cancel(all.get(i));
        assertTrue(cancelled[i]);
      }
    }
    timers.run(0);
    assertTrue(timers.size() < 1_500, () -> timers.size() + " are left");
    for (int now = 1; now <= 1_000; now++) {
      timers.run(now);
      for (int i = 0; i < all.size(); i++) {
        int expected = !cancelled[i] && when.get(i) <= now ? 1 : 0;
        if (all.get(i).fired.get() != expected) {
          assertEquals(expected, all.get(i).fired.get(), "timer " + i + " at " + now);
        }
      }
    }
    assertEquals(0, timers.size());
  }

  /** Each has fired, or was cancelled, and never both. */
  @Test
  void cancelledWhileTheyFire() throws Exception {
    AtomicLong now = new AtomicLong(1);
    AtomicInteger setting = new AtomicInteger(3);
    Group group = new Group(Callers.PLATFORM_THREADS);
    for (int i = 0; i < 3; i++) {
      Random random = new Random(i);
      group.go(
          () -> {
            List<OneShot> left = new ArrayList<>();
            for (int k = 0; k < 50_000; k++) {
              OneShot timer = new OneShot();
              timers.arm(timer, now.get() + random.nextInt(200));
              left.add(timer);
              if (left.size() > 50) {
                OneShot other = left.remove(random.nextInt(left.size()));
                if (timers.cancel(other)) {
                  assertEquals(0, other.fired.get());
                } else {
                  while (other.fired.get() == 0) {
                    Thread.onSpinWait(); // it is about to
                  }
                }
              }
            }
            setting.decrementAndGet();
          });
    }
    for (int i = 0; i < 2; i++) {
      group.go(
          () -> {
            while (setting.get() > 0) {
              timers.run(now.incrementAndGet());
            }
          });
    }
    group.await();
    while (timers.next() != Timers.NEVER) { // more are due than fire in one go
      timers.run(now.get() + 200);
    }
    assertEquals(0, timers.size());
  }

  /** Setters and several pollers at once: at the end, every deadline has rung. */
  @Test
  void concurrently() throws Exception {
    AtomicLong now = new AtomicLong(1);
    AtomicInteger setting = new AtomicInteger(3);
    List<Alarm> all = java.util.Collections.synchronizedList(new ArrayList<>());
    Group group = new Group(Callers.PLATFORM_THREADS);
    for (int i = 0; i < 3; i++) {
      Random random = new Random(i);
      group.go(
          () -> {
            Alarm[] own = new Alarm[20];
            for (int k = 0; k < own.length; k++) {
              own[k] = new Alarm();
              all.add(own[k]);
            }
            for (int k = 0; k < 50_000; k++) {
              own[random.nextInt(own.length)].set(timers, now.get() + random.nextInt(50));
            }
            setting.decrementAndGet();
          });
    }
    for (int i = 0; i < 2; i++) {
      group.go(
          () -> {
            while (setting.get() > 0) {
              timers.run(now.incrementAndGet());
            }
          });
    }
    group.await();
    timers.run(now.get() + 50);
    for (Alarm alarm : all) {
      assertEquals(Timers.NEVER, alarm.deadline.get(), "a deadline was lost");
      assertTrue(alarm.rang.get() > 0);
    }
    timers.run(now.get() + 100); // what was armed for an earlier deadline
    assertEquals(0, timers.size());
    assertEquals(Timers.NEVER, timers.next());
  }
}
