package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.poll.QuietPoller;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who reads and never has to wait gives way to others; who waits has given way. */
class ChargeTest {
  /** More calls than a share has, and fewer than two shares. */
  private static final int SHARE = 50;

  private static final int LENGTH = 100;

  /** What the kernel has for each read. */
  private enum Data {
    /** As much as is asked for, so the next read asks again. */
    FULL,
    /** Less, and more has come before the next read. */
    SHORT_AND_EDGE,
    /** Less, and then nothing until the test says so. */
    SHORT
  }

  private static final class Kernel extends QuietPoller {
    private Data data = Data.FULL;

    void edge(FD fd) {
      descriptor(fd.token()).ready(fd.token(), true, true, 0);
    }

    @Override
    protected int sysRead(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
      if (data == Data.SHORT_AND_EDGE) {
        edge(fd);
      }
      return data == Data.FULL ? length : length - 1;
    }
  }

  private final Kernel kernel = new Kernel();
  private final FD fd = new FD(5, kernel) {};
  private final byte[] buffer = new byte[LENGTH];
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private int reads;

  private void read() {
    long result = fd.read(buffer, null, 0, LENGTH);
    assertEquals(kernel.data == Data.FULL ? LENGTH : LENGTH - 1, result);
    reads++;
  }

  /** On a scheduler that is not ours, here. */
  private void start(int times) {
    Thread t =
        Hook.newVirtualThread(
            tasks::add,
            null,
            () -> {
              for (int i = 0; i < times; i++) {
                read();
              }
            });
    t.start();
  }

  @ParameterizedTest
  @EnumSource(names = {"FULL", "SHORT_AND_EDGE"})
  void whoNeverWaitsYieldsToTheJdksScheduler(Data data) {
    kernel.data = data;
    start(2 * SHARE);
    tasks.remove().run();
    assertTrue(reads > 1 && reads <= SHARE, reads + " reads");
    assertEquals(1, tasks.size());
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    assertEquals(2 * SHARE, reads);
  }

  @Test
  void whoWaitsDoesNotYield() {
    kernel.data = Data.SHORT;
    start(2 * SHARE);
    for (int turn = 1; turn <= 2 * SHARE; turn++) {
      tasks.remove().run(); // the first read does not wait
      assertEquals(turn, reads);
      assertTrue(tasks.isEmpty());
      kernel.edge(fd);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FULL", "SHORT_AND_EDGE"})
  void whoNeverWaitsYieldsToTheOthersOnItsP(Data data) throws Exception {
    kernel.data = data;
    QuietNet net = new QuietNet();
    Scheduler scheduler = new Scheduler(1, () -> net, Clock.SYSTEM, null);
    Semaphore ended = new Semaphore(0);
    boolean[] otherRan = new boolean[1];
    scheduler
        .newThread(
            "reader",
            () -> {
              while (!otherRan[0] && reads < 10 * SHARE) {
                read();
              }
              ended.release();
            })
        .start();
    scheduler
        .newThread(
            "other",
            () -> {
              otherRan[0] = true;
              ended.release();
            })
        .start();
    scheduler.start();
    assertTrue(ended.tryAcquire(2, 60, TimeUnit.SECONDS));
    net.stop();
    assertTrue(reads <= SHARE, reads + " reads");
  }
}
