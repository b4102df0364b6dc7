package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.ThreadCalls;
import dev.loompoll.testing.Await;
import dev.loompoll.testing.Logged;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A task that computes or blocks for ever does not hold up what waits behind it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandOffTest {
  private final List<QuietNet> nets = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final List<Thread> goroutines = new ArrayList<>();

  private Scheduler start(int procs, int maxMachines, int demotion) {
    Scheduler s =
        new Scheduler(
            procs,
            () -> {
              QuietNet net = new QuietNet();
              nets.add(net);
              return net;
            },
            Clock.SYSTEM,
            null,
            new HandOff.Limits(maxMachines, demotion));
    s.start();
    return s;
  }

  @AfterEach
  void stop() {
    for (QuietNet net : nets) {
      net.stop();
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private Thread go(Scheduler s, Task task) {
    Thread t =
        s.newThread(
            null,
            () -> {
              try {
                task.run();
              } catch (Throwable e) {
                failure.compareAndSet(null, e);
              }
            });
    goroutines.add(t);
    t.start();
    return t;
  }

  private void awaitAll() throws Exception {
    for (Thread t : goroutines) {
      t.join();
    }
    assertNull(failure.get(), () -> "" + failure.get());
  }

  /** Sysmon counts it when the new M is at work already. */
  private static void awaitHandOff(Scheduler s) {
    Await.until("a hand-off is counted", () -> s.handOffs.sum() >= 1);
  }

  private static int tid() {
    return ThreadCalls.gettid(new ErrnoCell());
  }

  private static int nice() throws IOException {
    return nice(tid());
  }

  /** The 19th field, see proc_pid_stat(5); what is split here begins with the 3rd. */
  private static int nice(int tid) throws IOException {
    String stat = Files.readString(Path.of("/proc/self/task/" + tid + "/stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19 - 3]);
  }

  private static void spinUntil(Semaphore permit) {
    while (!permit.tryAcquire()) {
      Thread.onSpinWait();
    }
  }

  /** Keeps the P busy with others, which come one after another until it says enough. */
  private Thread others(Scheduler s, Semaphore enough) {
    return go(
        s,
        () -> {
          while (!enough.tryAcquire()) {
            Thread.yield();
          }
        });
  }

  @Test
  void aTaskThatNeverParksHoldsUpNobody() throws Exception {
    Scheduler s = start(1, 256, 10);
    Semaphore over = new Semaphore(0);
    go(s, () -> spinUntil(over));
    go(s, over::release); // behind it, on the only P
    awaitAll();
    awaitHandOff(s);
  }

  @Test
  void manyHogsHoldUpNobody() throws Exception {
    Scheduler s = start(2, 256, 10);
    Semaphore over = new Semaphore(0);
    int hogs = 20; // more than may burn without a P
    for (int i = 0; i < hogs; i++) {
      go(s, () -> spinUntil(over));
    }
    go(s, () -> over.release(hogs));
    awaitAll();
  }

  @Test
  void aHogIsDemotedAndItsThreadEndsWithIt() throws Exception {
    Scheduler s = start(1, 256, 7);
    int before = nice();
    Semaphore enough = new Semaphore(0);
    go(
        s,
        () -> {
          while (nice() != before + 7) {
            Thread.onSpinWait();
          }
          int demoted = tid();
          Machine m = (Machine) Hook.currentCarrier();
          long tour = m.tour();
          Thread.yield();
          assertNotEquals(demoted, tid());
          assertEquals(before, nice());
          while (Files.exists(Path.of("/proc/self/task/" + demoted))) {
            Thread.yield();
          }
          assertTrue(m.isOver(tour)); // or sysmon would look after it for ever
          enough.release();
        });
    others(s, enough);
    awaitAll();
  }

  @Test
  void noDemotionWhenItIsOff() throws Exception {
    Scheduler s = start(1, 256, 0);
    int before = nice();
    AtomicInteger seen = new AtomicInteger();
    Semaphore enough = new Semaphore(0);
    go(
        s,
        () -> {
          Machine m = (Machine) Hook.currentCarrier();
          while (m.processor() != null) {
            Thread.onSpinWait();
          }
          long until = System.nanoTime() + 100_000_000; // ten times what makes a hog
          while (System.nanoTime() < until) {
            Thread.onSpinWait();
          }
          seen.set(nice());
          enough.release();
        });
    others(s, enough);
    awaitAll();
    assertEquals(before, seen.get());
  }

  /** A goroutine in a call that blocks: here until another one on the same P opens the FIFO too. */
  @Test
  void whoBlocksKeepsItsPriority(@TempDir Path dir) throws Exception {
    String fifo = dir.resolve("fifo").toString();
    assertEquals(0, new ProcessBuilder("mkfifo", fifo).start().waitFor());
    Scheduler s = start(1, 256, 10);
    int before = nice();
    go(
        s,
        () -> {
          Machine m = (Machine) Hook.currentCarrier();
          try (FileInputStream in = new FileInputStream(fifo)) {
            assertEquals('x', in.read());
          }
          assertEquals(before, nice(m.tid));
        });
    go(
        s,
        () -> {
          try (FileOutputStream out = new FileOutputStream(fifo)) {
            out.write('x');
          }
        });
    awaitAll();
    awaitHandOff(s);
  }

  @Test
  void aSectionThatSaysSoGivesThePAwayAtOnce() throws Exception {
    Scheduler s = start(1, 256, 10);
    Semaphore over = new Semaphore(0);
    go(
        s,
        () -> {
          Machine m = (Machine) Hook.currentCarrier();
          assertFalse(m.processor() == null);
          assertTrue(s.beforeBlocking());
          assertNull(m.processor());
          assertTrue(s.beforeBlocking()); // again: it is gone already
          go(s, over::release); // what it starts now runs too
          spinUntil(over);
        });
    goroutines.getFirst().join();
    awaitAll();
    assertFalse(s.beforeBlocking()); // not a goroutine, this one
  }

  @Test
  void atTheBoundTheOthersWaitUntilOneIsFree() throws Exception {
    Scheduler s = start(1, 2, 10);
    Semaphore first = new Semaphore(0);
    Semaphore second = new Semaphore(0);
    CountDownLatch both = new CountDownLatch(2);
    for (Semaphore over : List.of(first, second)) {
      go(
          s,
          () -> {
            both.countDown();
            spinUntil(over);
          });
    }
    both.await();
    AtomicInteger ran = new AtomicInteger();
    try (Logged log = new Logged("dev.loompoll", Level.ALL)) {
      Thread third =
          go(
              s,
              () -> {
                ran.incrementAndGet();
                second.release();
              });
      while (s.machines().refusals() == 0) {
        Thread.onSpinWait();
      }
      assertEquals(0, ran.get());
      assertTrue(third.isAlive());
      assertEquals(2, s.machines().count());
      log.take(); // or it might come in a later test, which waits for another record
    }
    first.release();
    awaitAll();
  }

  @Test
  void aSpareMachineEndsAfterSomeTime() throws Exception {
    Scheduler s = start(1, 256, 10);
    go(s, () -> assertTrue(s.beforeBlocking()));
    awaitAll();
    while (s.machines().count() > 1) { // the test's time limit is the assertion
      Thread.onSpinWait();
    }
    go(s, () -> assertTrue(s.beforeBlocking())); // and a new one takes its place
    awaitAll();
    assertTrue(s.handOffs.sum() >= 2);
  }

  /** All there is, at random: nothing is lost. */
  @Test
  void mixture() throws Exception {
    Scheduler s = start(2, 64, 10);
    long seed = System.nanoTime();
    System.out.println("hand-off seed " + seed);
    int n = 40;
    AtomicInteger permits = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Random random = new Random(seed + i);
      int next = (i + 1) % n;
      threads.add(
          s.newThread(
              "mixed" + i,
              () -> {
                for (int k = 0; k < 40; k++) {
                  switch (random.nextInt(5)) {
                    case 0 -> {
                      long until = System.nanoTime() + random.nextInt(15_000_000);
                      while (System.nanoTime() < until) {
                        Thread.onSpinWait();
                      }
                    }
                    case 1 -> {
                      if (s.beforeBlocking()) {
                        LockSupport.unpark(threads.get(next));
                        Thread.yield();
                      }
                    }
                    case 2 -> LockSupport.parkNanos(random.nextInt(2_000_000));
                    case 3 -> Thread.yield();
                    default -> LockSupport.unpark(threads.get(next));
                  }
                  permits.incrementAndGet();
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread t : threads) {
      assertTrue(t.join(Duration.ofSeconds(50)), t + " hangs; seed " + seed);
    }
    assertEquals(n * 40, permits.get());
    assertTrue(s.machines().count() <= 64);
  }
}
