package dev.loompoll.limits.netflix;

import static org.assertj.core.api.Assertions.assertThat;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.FixedLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Tally;
import dev.loompoll.server.internal.gate.Gate;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetflixLimiterTest {
  private static final long MILLI = 1_000_000;

  private volatile long now;

  /** Those that were admitted, by the test's thread or the gate's own. */
  private final Queue<Request> running = new ConcurrentLinkedQueue<>();

  private final class Request extends Gate.Entry {
    @Override
    protected void admitted() {
      running.add(this);
    }

    @Override
    protected void shed(Refused why) {
      throw new AssertionError("shed: " + why);
    }
  }

  private Gate gate(Limit limit) {
    Limits limits =
        Limits.builder()
            .limiter(new NetflixLimiter(limit, false, () -> now))
            .queue(10_000)
            .interval(Duration.ofDays(1))
            .build();
    return new Gate(limits, new Tally(), () -> now);
  }

  /**
   * As many as are let in are in flight for {@code millis}, again and again. Returns the lowest
   * limit.
   */
  private int rounds(Gate gate, int rounds, long millis) {
    int lowest = Integer.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      while (gate.queued() < 10) {
        Request next = new Request();
        if (gate.enter(next)) {
          running.add(next);
        }
      }
      now += millis * MILLI;
      for (int n = running.size(); n > 0; n--) {
        gate.leave(running.remove(), false);
        lowest = Math.min(lowest, gate.limit());
      }
    }
    while (gate.inFlight() > 0) {
      Request next = running.poll();
      if (next != null) {
        gate.leave(next, false);
      }
    }
    assertThat(gate.queued()).isZero();
    return lowest;
  }

  static List<Limit> algorithms() {
    return List.of(
        VegasLimit.newBuilder().initialLimit(20).maxConcurrency(200).build(),
        Gradient2Limit.newBuilder().initialLimit(20).minLimit(2).maxConcurrency(200).build());
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void theGateFollowsTheAlgorithm(Limit limit) {
    Gate gate = gate(limit);
    assertThat(gate.limit()).isEqualTo(20);
    rounds(gate, 200, 1);
    int quick = gate.limit();
    assertThat(quick).isGreaterThan(20).isEqualTo(limit.getLimit());
    // Twice slower: Vegas learns anew, at random, what is normal; not at both moments.
    int lowest = Math.min(rounds(gate, 20, 20), rounds(gate, 20, 400));
    assertThat(lowest).isLessThan(quick);
    gate.close();
  }

  @Test
  void failuresSayNothingUnlessTheyAreDrops() {
    Limit limit = AIMDLimit.newBuilder().initialLimit(100).build();
    new NetflixLimiter(limit).handled(MILLI, 100, true);
    assertThat(limit.getLimit()).isEqualTo(100);
    new NetflixLimiter(limit, true).handled(MILLI, 100, true);
    assertThat(limit.getLimit()).isLessThan(100);
  }

  @Test
  void aTimeOfNothingIsASampleToo() {
    new NetflixLimiter(VegasLimit.newDefault()).handled(0, 1, false);
  }

  @Test
  void atLeastOne() {
    assertThat(new NetflixLimiter(FixedLimit.of(0)).limit()).isEqualTo(1);
  }

  /** An algorithm whose sample takes as long as the test wants. */
  private record Slow(CountDownLatch begun, CountDownLatch end) implements Limit {
    @Override
    public int getLimit() {
      return 1;
    }

    @Override
    public void notifyOnChange(Consumer<Integer> consumer) {}

    @Override
    public void onSample(long startTime, long rtt, int inflight, boolean didDrop) {
      begun.countDown();
      try {
        end.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void nobodyWaitsForAnothersSample() throws InterruptedException {
    Slow slow = new Slow(new CountDownLatch(1), new CountDownLatch(1));
    NetflixLimiter limiter = new NetflixLimiter(slow);
    Thread other = Thread.ofPlatform().start(() -> limiter.handled(MILLI, 1, false));
    slow.begun.await();
    limiter.handled(MILLI, 1, false); // returns, or this test does not end
    slow.end.countDown();
    other.join();
  }
}
