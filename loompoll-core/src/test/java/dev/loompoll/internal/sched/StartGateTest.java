package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With more goroutines that block than there may be Ms, those which run already go on. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StartGateTest {
  private static final int MAX_MACHINES = 17;
  private static final int BLOCKED = 3 * MAX_MACHINES;

  private final QuietNet net = new QuietNet();
  private final Scheduler s =
      new Scheduler(1, () -> net, Clock.SYSTEM, null, new HandOff.Limits(MAX_MACHINES, 10));
  private final List<Thread> goroutines = new ArrayList<>();
  private final AtomicInteger inside = new AtomicInteger();

  @TempDir Path dir;

  @AfterEach
  void stop() {
    net.stop();
  }

  private Thread go(Runnable task) {
    Thread t =
        s.newThread(
            null,
            () -> {
              s.enter();
              task.run();
            });
    goroutines.add(t);
    t.start();
    return t;
  }

  private void readOne(String fifo) {
    inside.getAndIncrement();
    try (RandomAccessFile f = new RandomAccessFile(fifo, "rw")) {
      assertEquals('x', f.read());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void newOnesWaitAndTheOthersGoOn() throws Exception {
    String fifo = dir.resolve("fifo").toString();
    assertEquals(0, new ProcessBuilder("mkfifo", fifo).start().waitFor());
    s.start();
    SynchronousQueue<Integer> questions = new SynchronousQueue<>();
    SynchronousQueue<Integer> answers = new SynchronousQueue<>();
    go(
        () -> {
          try {
            for (int q; (q = questions.take()) >= 0; ) {
              answers.put(q + 1);
            }
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    questions.put(1);
    assertEquals(2, answers.take());
    for (int i = 0; i < BLOCKED; i++) {
      go(() -> readOne(fifo));
    }
    Await.until("new goroutines wait", () -> !s.gate.isEmpty());
    for (int i = 0; i < 1000; i++) {
      questions.put(i);
      assertEquals(i + 1, answers.take());
    }
    int first = inside.get();
    assertTrue(first < MAX_MACHINES, () -> first + " started");
    assertFalse(s.gate.isEmpty());
    try (RandomAccessFile f = new RandomAccessFile(fifo, "rw")) {
      f.write("x".repeat(first).getBytes());
      // As many as have ended are let in, and block in their turn; not all that wait.
      Await.until("a second wave", () -> inside.get() >= 2 * first);
      for (int i = 0; i < 1000; i++) {
        questions.put(i);
        assertEquals(i + 1, answers.take());
      }
      int second = inside.get() - first;
      assertTrue(second < MAX_MACHINES, () -> second + " started in the second wave");
      assertFalse(s.gate.isEmpty());
      f.write("x".repeat(BLOCKED - first).getBytes());
      for (Thread t : goroutines.subList(1, goroutines.size())) {
        t.join();
      }
    }
    assertTrue(s.gate.isEmpty());
    questions.put(-1);
    goroutines.getFirst().join();
  }

  /** What interrupts a goroutine that waits is its task's business. */
  @Test
  void anInterruptIsKept() throws Exception {
    String fifo = dir.resolve("fifo").toString();
    assertEquals(0, new ProcessBuilder("mkfifo", fifo).start().waitFor());
    s.start();
    for (int i = 0; i < BLOCKED; i++) {
      go(() -> readOne(fifo));
    }
    Await.until("new goroutines wait", () -> !s.gate.isEmpty());
    AtomicInteger interrupted = new AtomicInteger();
    Thread late = go(() -> interrupted.set(Thread.interrupted() ? 1 : 2));
    late.interrupt();
    assertEquals(0, interrupted.get());
    try (RandomAccessFile f = new RandomAccessFile(fifo, "rw")) {
      f.write("x".repeat(BLOCKED).getBytes());
      for (Thread t : goroutines) {
        t.join();
      }
    }
    assertEquals(1, interrupted.get());
  }
}
