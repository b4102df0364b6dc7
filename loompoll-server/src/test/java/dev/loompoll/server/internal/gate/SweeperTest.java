package dev.loompoll.server.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.Loompoll;
import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The goroutine that sheds the late while nobody comes or leaves. On the real clock. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SweeperTest {
  private static final Duration INTERVAL = Duration.ofMillis(20);
  private static final Duration TARGET = Duration.ofMillis(1);

  private final List<Thread> started = new ArrayList<>();
  private final LinkedBlockingQueue<Refused> shed = new LinkedBlockingQueue<>();

  private final class Waiting extends Gate.Entry {
    @Override
    protected void admitted() {
      throw new AssertionError("nobody leaves");
    }

    @Override
    protected void shed(Refused why) {
      shed.add(why);
    }
  }

  private Gate gate(ThreadFactory threads) {
    Limits limits =
        Limits.builder().limiter(Limiter.fixed(1)).target(TARGET).interval(INTERVAL).build();
    return new Gate(
        limits,
        new Tally(),
        System::nanoTime,
        1,
        task -> {
          Thread t = threads.newThread(task);
          started.add(t);
          return t;
        });
  }

  private void sheds(ThreadFactory threads) throws InterruptedException {
    Gate gate = gate(threads);
    gate.enter(new Waiting());
    assertThat(started).as("below the limit there is nothing to sweep").isEmpty();
    for (int i = 0; i < 3; i++) {
      long start = System.nanoTime();
      assertThat(gate.enter(new Waiting())).isFalse();
      assertThat(shed.take()).isEqualTo(Refused.QUEUE_DELAY);
      // One that was shed makes it overloaded for an interval.
      Duration least = i == 0 ? INTERVAL : TARGET;
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(least.toNanos());
      assertThat(gate.queued()).isZero();
      while (started.getFirst().getState() != Thread.State.WAITING) { // without a time
        Thread.onSpinWait();
      }
    }
    assertThat(started).hasSize(1);
    gate.close();
    started.getFirst().join();
    assertThat(gate.enter(new Waiting())).isFalse();
    assertThat(started).hasSize(1);
  }

  @Test
  void goroutine() throws InterruptedException {
    sheds(Loompoll.threadFactory());
  }

  @Test
  void platformThread() throws InterruptedException {
    sheds(Thread.ofPlatform().daemon().factory());
  }

  @Test
  void anInterruptDoesNotEndIt() throws InterruptedException {
    Gate gate = gate(Thread.ofPlatform().daemon().factory());
    gate.enter(new Waiting());
    gate.enter(new Waiting());
    started.getFirst().interrupt();
    assertThat(shed.take()).isEqualTo(Refused.QUEUE_DELAY);
    started.getFirst().interrupt();
    gate.enter(new Waiting());
    assertThat(shed.take()).isEqualTo(Refused.QUEUE_DELAY);
    gate.close();
    started.getFirst().join();
  }

  @Test
  void closeEndsItWhileSomebodyWaits() throws InterruptedException {
    Gate gate = gate(Thread.ofPlatform().daemon().factory());
    gate.enter(new Waiting());
    gate.enter(new Waiting());
    gate.close();
    started.getFirst().join();
  }
}
