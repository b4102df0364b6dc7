package dev.loompoll.server.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many threads at a narrow gate: each entry gets exactly one verdict, never are more in flight than
 * the limit, and nothing is left over. A lost wake-up is a test that does not end.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GateThreadsTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 10_000;

  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final LongAdder admitted = new LongAdder();
  private final LongAdder shed = new LongAdder();

  private static final class Waiter extends Gate.Entry {
    static final int NONE = 0;
    static final int ADMITTED = 1;
    static final int SHED = 2;

    final Thread owner = Thread.currentThread();
    final AtomicInteger verdict = new AtomicInteger();

    private void tell(int v) {
      if (!verdict.compareAndSet(NONE, v)) {
        throw new AssertionError("told " + v + " after " + verdict.get());
      }
      LockSupport.unpark(owner);
    }

    @Override
    protected void admitted() {
      tell(ADMITTED);
    }

    @Override
    protected void shed(Refused why) {
      tell(SHED);
    }

    /** Whether it was admitted. */
    boolean enter(Gate gate) {
      verdict.set(NONE);
      if (gate.enter(this)) {
        tell(ADMITTED);
        return true;
      }
      while (verdict.get() == NONE) {
        LockSupport.park();
      }
      return verdict.get() == ADMITTED;
    }
  }

  private void work(Gate gate, int seed) {
    Waiter waiter = new Waiter();
    for (int i = 0; i < ROUNDS; i++) {
      if (waiter.enter(gate)) {
        int n = inside.incrementAndGet();
        most.accumulateAndGet(n, Math::max);
        if ((i + seed) % 16 == 0) {
          Thread.yield();
        }
        inside.decrementAndGet();
        gate.leave(waiter, false);
        admitted.increment();
      } else {
        shed.increment();
      }
    }
  }

  private void run(Gate gate) throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int seed = i;
      // Virtual ones too: they park and are woken on other paths.
      Thread.Builder kind = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      threads.add(
          kind.start(
              () -> {
                try {
                  work(gate, seed);
                } catch (Throwable t) {
                  failure.set(t);
                }
              }));
    }
    for (Thread t : threads) {
      t.join();
    }
    assertThat(failure.get()).isNull();
    assertThat(gate.inFlight()).isZero();
    assertThat(gate.queued()).isZero();
    assertThat(admitted.sum() + shed.sum()).isEqualTo((long) THREADS * ROUNDS);
  }

  /** Nobody sweeps, nobody is late: only who leaves can let in those that wait. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 100", "2, 2", "2, 100", "3, 1", "3, 100"})
  void withoutSweeper(int limit, int queue) throws InterruptedException {
    Limits limits =
        Limits.builder()
            .limiter(Limiter.fixed(limit))
            .queue(queue)
            .interval(Duration.ofHours(1))
            .build();
    Tally tally = new Tally();
    run(new Gate(limits, tally, System::nanoTime, 1, null));
    assertThat(most.get()).isLessThanOrEqualTo(limit);
    assertThat(tally.refused()).containsEntry(Refused.QUEUE_FULL, shed.sum());
    if (queue >= THREADS) {
      assertThat(shed.sum()).isZero();
    }
  }

  /** Times so short that entries are late, and the queue is overloaded, all the time. */
  @ParameterizedTest
  @CsvSource({"1, 2", "1, 100", "2, 3", "3, 100"})
  void withSweeper(int limit, int queue) throws InterruptedException {
    Limits limits =
        Limits.builder()
            .limiter(Limiter.fixed(limit))
            .queue(queue)
            .target(Duration.ofNanos(2_000))
            .interval(Duration.ofNanos(20_000))
            .build();
    Tally tally = new Tally();
    Gate gate =
        new Gate(limits, tally, System::nanoTime, 1, Thread.ofPlatform().daemon().factory());
    run(gate);
    gate.close();
    assertThat(most.get()).isLessThanOrEqualTo(limit);
    assertThat(tally.refused().get(Refused.QUEUE_FULL) + tally.refused().get(Refused.QUEUE_DELAY))
        .isEqualTo(shed.sum());
  }

  /**
   * The limit goes up and down all the time: more may be in flight for a while, nothing is lost.
   */
  @ParameterizedTest
  @CsvSource({"3, 100", "3, 1"})
  void aLimitThatMoves(int highest, int queue) throws InterruptedException {
    AtomicInteger calls = new AtomicInteger();
    Limiter limiter = () -> 1 + (calls.getAndIncrement() & 0x7fff_ffff) / 7 % highest;
    Limits limits =
        Limits.builder().limiter(limiter).queue(queue).interval(Duration.ofHours(1)).build();
    run(new Gate(limits, new Tally(), System::nanoTime, 1, null));
    assertThat(most.get()).isLessThanOrEqualTo(highest);
  }
}
