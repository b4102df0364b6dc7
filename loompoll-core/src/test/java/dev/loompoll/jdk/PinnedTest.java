package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Loompoll;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Pair;
import dev.loompoll.testing.Pinned;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A goroutine that cannot leave its thread when it parks holds up nobody else. */
class PinnedTest {
  private final Group group = new Group(Callers.GOROUTINES);

  /** Many more than Ps; on the JDK's scheduler each takes a carrier, so there one is left. */
  private static int pinned(int ours) {
    return Loompoll.runtime().scheduler()
        ? ours
        : Math.min(ours, Runtime.getRuntime().availableProcessors() - 1);
  }

  private void assertOthersGoOn() throws Exception {
    Group others = new Group(Callers.GOROUTINES);
    try (Pair pair = Pair.open()) {
      others.go(
          () -> {
            for (int i = 0; i < 100; i++) {
              assertEquals(1, pair.a().read(new byte[1]));
              pair.a().write(new byte[1]);
            }
          });
      others.go(
          () -> {
            for (int i = 0; i < 100; i++) {
              pair.b().write(new byte[1]);
              assertEquals(1, pair.b().read(new byte[1]));
            }
          });
      for (int i = 0; i < 20; i++) {
        others.go(() -> Thread.sleep(1));
      }
      others.await();
    }
  }

  @Test
  void parkedAboveANativeFrame() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    int n = pinned(50);
    AtomicInteger through = new AtomicInteger();
    for (int i = 0; i < n; i++) {
      group.go(
          () ->
              Pinned.run(
                  () -> {
                    over.await();
                    Thread.yield(); // cannot either
                    through.incrementAndGet();
                  }));
    }
    assertOthersGoOn();
    assertEquals(0, through.get());
    over.countDown();
    group.await();
    assertEquals(n, through.get());
    assertTrue(!Loompoll.runtime().scheduler() || Loompoll.stats().machines() <= 256);
  }

  @Test
  void interruptedAboveANativeFrame() throws Exception {
    if (pinned(1) == 0) {
      return; // one processor, and it is the JDK's
    }
    Thread t =
        group.goAndBlock(
            () ->
                Pinned.run(
                    () -> assertThrows(InterruptedException.class, new CountDownLatch(1)::await)));
    t.interrupt();
    group.await();
  }

  private static final CountDownLatch INITIALISE = new CountDownLatch(1);

  /** Its initialiser waits; whoever needs the class meanwhile waits for that. */
  private static final class Slow {
    static final Thread INITIALISED_BY = Thread.currentThread();

    static {
      while (INITIALISE.getCount() > 0) {
        LockSupport.parkNanos(1_000_000);
      }
    }

    private Slow() {}
  }

  @Test
  void inAClassInitialiser() throws Exception {
    int n = pinned(20);
    for (int i = 0; i < n; i++) {
      group.go(() -> assertTrue(Slow.INITIALISED_BY.isVirtual()));
    }
    assertOthersGoOn();
    INITIALISE.countDown();
    group.await();
  }
}
