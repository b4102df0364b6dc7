package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.Workers;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transitions of the owner word, as the table in Processor has them. */
@Timeout(60)
class ProcessorTest {
  private static final NetPoll NO_NET =
      new NetPoll() {
        @Override
        public Buffer newBuffer() {
          return new Buffer() {};
        }

        @Override
        public int poll(long timeoutNanos, Buffer buffer) {
          throw new AssertionError("nobody polls here");
        }

        @Override
        public void wake() {}
      };

  private final Processor p = new Processor(0, new PollLoop(NO_NET, Clock.SYSTEM), 4);

  private long heldBy(int number) {
    p.acquire(number);
    return p.ownerWord();
  }

  @Test
  void aNewOneIsNobodys() {
    assertEquals(0, p.ownerWord());
    assertEquals(-1, Processor.holder(p.ownerWord()));
    assertFalse(Processor.isRunning(p.ownerWord()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 0xfffe})
  void acquired(int number) {
    long word = heldBy(number);
    assertEquals(number, Processor.holder(word));
    assertFalse(Processor.isRunning(word));
    assertFalse(p.heldBy(-1));
  }

  @Test
  void heldByItsHolderAlone() {
    assertFalse(p.heldBy(2));
    long held = heldBy(2);
    assertTrue(p.heldBy(2));
    assertFalse(p.heldBy(1));
    p.beginTask(held);
    assertTrue(p.heldBy(2));
    assertFalse(p.heldBy(3));
  }

  @Test
  void onlyWhatNobodyHoldsCanBeAcquired() {
    long held = heldBy(3);
    assertThrows(IllegalStateException.class, () -> p.acquire(3));
    assertThrows(IllegalStateException.class, () -> p.acquire(4));
    assertEquals(held, p.ownerWord());
    p.beginTask(held);
    assertThrows(IllegalStateException.class, () -> p.acquire(3));
  }

  @Test
  void aTaskBeginsAndEnds() {
    long held = heldBy(5);
    long running = p.beginTask(held);
    assertEquals(running, p.ownerWord());
    assertTrue(Processor.isRunning(running));
    assertEquals(5, Processor.holder(running));

    assertTrue(p.endTask(running));
    long after = p.ownerWord();
    assertEquals(Processor.held(running), after);
    assertFalse(Processor.isRunning(after));
    assertEquals(5, Processor.holder(after));
  }

  @Test
  void theSameWordTwiceIsTheSameTaskTwice() {
    long word = heldBy(1);
    long previous = word;
    for (int i = 0; i < 1000; i++) {
      long running = p.beginTask(word);
      assertNotEquals(previous, running);
      previous = running;
      assertTrue(p.endTask(running));
      word = Processor.held(running);
      assertEquals(word, p.ownerWord());
      assertEquals(1, Processor.holder(word));
    }
  }

  @Test
  void theTaskNumberWrapsWithoutTouchingTheHolder() {
    long word = heldBy(0x1234) | -1L << 17;
    long running = p.beginTask(word);
    assertEquals(0x1234, Processor.holder(running));
    assertTrue(Processor.isRunning(running));
    assertEquals(0, running >>> 17);
    assertTrue(p.endTask(running));
    assertEquals(0x1234, Processor.holder(p.ownerWord()));
  }

  @Test
  void takenAwayFromARunningTask() {
    long running = p.beginTask(heldBy(1));
    assertTrue(p.handOver(running, 9));
    assertFalse(p.handOver(running, 8));
    long taken = (running & ~0x1ffffL) | 9 + 1;
    assertEquals(taken, p.ownerWord());
    assertFalse(p.heldBy(1));
    assertTrue(p.heldBy(9));
    assertFalse(p.endTask(running));
    assertEquals(taken, p.ownerWord());
    assertEquals(9, Processor.holder(p.ownerWord()));
    assertFalse(Processor.isRunning(p.ownerWord()));
  }

  @Test
  void anOlderTaskCannotEndAYoungerOne() {
    long first = p.beginTask(heldBy(1));
    assertTrue(p.endTask(first));
    assertFalse(p.endTask(first));
    long second = p.beginTask(Processor.held(first));
    assertFalse(p.endTask(first));
    assertTrue(p.endTask(second));
  }

  /** The M ends its task while another thread takes the P away. */
  @Test
  void eitherTheTaskEndsOrThePIsTaken() throws Exception {
    int rounds = 5_000;
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    CyclicBarrier barrier = new CyclicBarrier(2);
    long[] running = {p.beginTask(heldBy(1))};
    try (Workers workers = new Workers()) {
      workers.run(
          () -> {
            for (int i = 1; i <= rounds; i++) {
              barrier.await();
              if (p.endTask(running[0])) {
                ended.incrementAndGet();
              }
              barrier.await();
              assertEquals(i, ended.get() + taken.get());
              running[0] = p.beginTask(p.ownerWord());
            }
          });
      workers.run(
          () -> {
            for (int i = 0; i < rounds; i++) {
              barrier.await();
              long word = running[0];
              if (p.handOver(word, i % 100)) {
                taken.incrementAndGet();
              }
              barrier.await();
            }
          });
      workers.join();
    }
    assertEquals(rounds, ended.get() + taken.get());
  }

  @Test
  void runnextIsExchanged() {
    Runnable a = () -> {};
    Runnable b = () -> {};
    assertFalse(p.hasNext());
    assertNull(p.exchangeNext(null));
    assertNull(p.exchangeNext(a));
    assertTrue(p.hasNext());
    assertSame(a, p.exchangeNext(b));
    assertSame(b, p.exchangeNext(null));
    assertFalse(p.hasNext());
  }

  @Test
  void hasWorkInRunnextOrQueue() {
    Runnable a = () -> {};
    assertFalse(p.hasWork());
    p.exchangeNext(a);
    assertTrue(p.hasWork());
    p.exchangeNext(null);
    assertFalse(p.hasWork());
    p.queue.push(a);
    assertTrue(p.hasWork());
    p.queue.pop();
    assertFalse(p.hasWork());
  }

  @Test
  void runnextLosesAndDoublesNothing() throws Exception {
    int each = 20_000;
    int threads = 3;
    AtomicIntegerArray out = new AtomicIntegerArray(threads * each);
    record Task(int number) implements Runnable {
      @Override
      public void run() {}
    }
    try (Workers workers = new Workers()) {
      for (int t = 0; t < threads; t++) {
        int first = t * each;
        workers.run(
            () -> {
              for (int i = 0; i < each; i++) {
                if (p.exchangeNext(new Task(first + i)) instanceof Task previous) {
                  out.incrementAndGet(previous.number);
                }
              }
            });
      }
      workers.join();
    }
    if (p.exchangeNext(null) instanceof Task last) {
      out.incrementAndGet(last.number);
    }
    for (int i = 0; i < out.length(); i++) {
      assertEquals(1, out.get(i), "task " + i);
    }
  }
}
