package dev.loompoll.server.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a clock that stands still unless it is told to move; the test is the sweeper. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GateTest {
  private static final long MILLI = 1_000_000;
  private static final long TARGET = 5 * MILLI;
  private static final long INTERVAL = 100 * MILLI;

  private record Sample(long nanos, int inFlight, boolean failed) {}

  private long now = -3; // a nanoTime may be negative
  private int limit = 1;
  private final List<Sample> samples = new ArrayList<>();
  private final Tally tally = new Tally();

  /** What was told to entries, in order, by their names. */
  private final List<String> told = new ArrayList<>();

  private final Limiter limiter =
      new Limiter() {
        @Override
        public int limit() {
          return limit;
        }

        @Override
        public void handled(long nanos, int inFlight, boolean failed) {
          samples.add(new Sample(nanos, inFlight, failed));
        }
      };

  private class Named extends Gate.Entry {
    final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    protected void admitted() {
      told.add(name);
    }

    @Override
    protected void shed(Refused why) {
      told.add(name + " " + why);
    }
  }

  private Gate gate(int queue) {
    Limits limits =
        Limits.builder()
            .limiter(limiter)
            .queue(queue)
            .target(Duration.ofNanos(TARGET))
            .interval(Duration.ofNanos(INTERVAL))
            .build();
    return new Gate(limits, tally, () -> now, 2, null);
  }

  private Named in(Gate gate, String name) {
    Named entry = new Named(name);
    assertThat(gate.enter(entry)).isTrue();
    return entry;
  }

  private Named queued(Gate gate, String name) {
    Named entry = new Named(name);
    assertThat(gate.enter(entry)).isFalse();
    return entry;
  }

  @Test
  void belowTheLimitOneEntersAtOnceAndIsToldNothing() {
    Gate gate = gate(1);
    limit = 2;
    Named a = in(gate, "a");
    in(gate, "b");
    assertThat(gate.inFlight()).isEqualTo(2);
    gate.leave(a, false);
    assertThat(gate.inFlight()).isEqualTo(1);
    in(gate, "c");
    assertThat(told).isEmpty();
  }

  @Test
  void firstComeFirstServedWhileItIsNotOverloaded() {
    Gate gate = gate(10);
    Named a = in(gate, "a");
    Named b = queued(gate, "b");
    Named c = queued(gate, "c");
    queued(gate, "d");
    assertThat(gate.queued()).isEqualTo(3);
    gate.leave(a, false);
    gate.leave(b, false);
    assertThat(told).containsExactly("b", "c");
    assertThat(gate.inFlight()).isEqualTo(1);
    gate.leave(c, false);
    assertThat(told).containsExactly("b", "c", "d");
    assertThat(gate.queued()).isZero();
  }

  @Test
  void anEntryIsUsedAgain() {
    Gate gate = gate(10);
    Named a = in(gate, "a");
    Named b = queued(gate, "b");
    for (int i = 0; i < 3; i++) {
      gate.leave(a, false);
      assertThat(gate.enter(a)).isFalse();
      gate.leave(b, false);
      assertThat(gate.enter(b)).isFalse();
    }
    assertThat(told).containsExactly("b", "a", "b", "a", "b", "a");
  }

  @Test
  void anEntryMayWaitForTheInterval() {
    Gate gate = gate(10);
    in(gate, "a");
    queued(gate, "b");
    assertThat(gate.sweep()).isEqualTo(INTERVAL);
    now += INTERVAL - 1;
    assertThat(gate.sweep()).isEqualTo(1);
    assertThat(told).isEmpty();
    now += 1;
    assertThat(gate.sweep()).isEqualTo(Sweeper.EMPTY);
    assertThat(told).containsExactly("b QUEUE_DELAY");
    assertThat(tally.refused()).containsEntry(Refused.QUEUE_DELAY, 1L);
    assertThat(gate.queued()).isZero();
    assertThat(gate.inFlight()).isEqualTo(1);
  }

  /**
   * Returns with c, d and e in the queue, who came 4, 3 and 2 ms ago, and b in flight. The queue
   * has not been empty for the interval.
   */
  private Named overload(Gate gate) {
    Named a = in(gate, "a");
    Named b = queued(gate, "b");
    now += INTERVAL - 4 * MILLI;
    queued(gate, "c");
    now += MILLI;
    queued(gate, "d");
    now += MILLI;
    queued(gate, "e");
    now += 2 * MILLI - 1;
    gate.leave(a, false); // a nanosecond before it is overloaded: the oldest
    assertThat(told).containsExactly("b");
    told.clear();
    now += 1;
    return b;
  }

  @Test
  void theNewestFirstWhileItIsOverloaded() {
    Gate gate = gate(10);
    Named b = overload(gate);
    gate.leave(b, false);
    assertThat(told).containsExactly("e");
  }

  @Test
  void anEntryMayWaitForTheTargetWhileItIsOverloaded() {
    Gate gate = gate(10);
    overload(gate);
    assertThat(gate.sweep()).isEqualTo(MILLI);
    now += MILLI - 1;
    assertThat(gate.sweep()).isEqualTo(1);
    assertThat(told).isEmpty();
    now += 1;
    assertThat(gate.sweep()).isEqualTo(MILLI);
    assertThat(told).containsExactly("c QUEUE_DELAY");
    now += 2 * MILLI;
    assertThat(gate.sweep()).isEqualTo(Sweeper.EMPTY);
    assertThat(told).containsExactly("c QUEUE_DELAY", "d QUEUE_DELAY", "e QUEUE_DELAY");
  }

  @Test
  void theLateAreShedByWhoeverEnters() {
    Gate gate = gate(10);
    overload(gate);
    now += 2 * MILLI;
    queued(gate, "f");
    assertThat(told).containsExactly("c QUEUE_DELAY", "d QUEUE_DELAY");
    assertThat(gate.queued()).isEqualTo(2);
  }

  @Test
  void theLateAreShedByWhoeverLeavesAndNotAdmitted() {
    Gate gate = gate(10);
    Named b = overload(gate);
    now += 10 * MILLI;
    gate.leave(b, false);
    assertThat(told).containsExactly("c QUEUE_DELAY", "d QUEUE_DELAY", "e QUEUE_DELAY");
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void oneThatWasEmptyIsNotOverloaded() {
    Gate gate = gate(10);
    Named b = overload(gate);
    limit = 4;
    assertThat(gate.sweep()).isEqualTo(Sweeper.EMPTY);
    assertThat(told).containsExactly("e", "d", "c");
    limit = 1;
    queued(gate, "f");
    now += TARGET;
    queued(gate, "g");
    assertThat(gate.sweep()).isEqualTo(INTERVAL - TARGET);
    limit = 4;
    told.clear();
    gate.leave(b, false);
    assertThat(told).containsExactly("f");
  }

  /** Else the burst that a short queue takes up next would be the overload again. */
  @Test
  void overloadLastsUntilNothingWasShedForAnInterval() {
    Gate gate = gate(10);
    Named b = overload(gate);
    now += TARGET;
    gate.leave(b, false); // all that waited was late
    assertThat(gate.queued()).isZero();
    told.clear();
    now += INTERVAL - TARGET - MILLI;
    in(gate, "f");
    queued(gate, "g");
    now += TARGET;
    assertThat(gate.sweep()).isEqualTo(Sweeper.EMPTY);
    assertThat(told).containsExactly("g QUEUE_DELAY");
    now += INTERVAL;
    queued(gate, "h");
    assertThat(gate.sweep()).isEqualTo(INTERVAL);
  }

  /** Handlers end every 20 ms: in half of 100 ms two of those that wait can be handled. */
  @Test
  void whatCannotBeHandledInTimeIsShedAtOnce() {
    Gate gate = gate(10);
    Named a = in(gate, "a");
    Named b = queued(gate, "b");
    Named c = queued(gate, "c");
    queued(gate, "d");
    now += 10 * MILLI;
    gate.leave(a, false); // tells nothing: they did not wait from its beginning
    now += 20 * MILLI;
    gate.leave(b, false);
    told.clear();
    queued(gate, "e");
    assertThat(told).isEmpty();
    queued(gate, "f");
    assertThat(told).containsExactly("f QUEUE_DELAY");
    assertThat(gate.queued()).isEqualTo(2);
    gate.leave(c, false);
    assertThat(told).containsExactly("f QUEUE_DELAY", "d");
  }

  /** Handlers end every 40 ms, and so often a connection is let in. */
  @Test
  void connectionsAreLetInAsRequestsAreHandledWhileTheseAreShed() {
    Gate gate = gate(10);
    Named a = in(gate, "a");
    Named b = queued(gate, "b");
    Named c = queued(gate, "c");
    queued(gate, "d");
    now += 40 * MILLI;
    gate.leave(a, false);
    now += 40 * MILLI;
    gate.leave(b, false);
    assertThat(gate.refusesConnection()).as("nothing is shed yet").isFalse();
    assertThat(gate.refusesConnection()).isFalse();
    now += 20 * MILLI;
    assertThat(gate.sweep()).isEqualTo(Sweeper.EMPTY);
    assertThat(told).containsExactly("b", "c", "d QUEUE_DELAY");
    queued(gate, "e");
    now += 1;
    assertThat(gate.refusesConnection()).isFalse();
    assertThat(gate.refusesConnection()).isTrue();
    now += 40 * MILLI - TARGET;
    assertThat(gate.refusesConnection()).isFalse();
    now += 40 * MILLI - 1;
    assertThat(gate.refusesConnection()).isTrue();
    now += 1;
    assertThat(gate.refusesConnection()).isFalse();
    gate.leave(c, false);
    now += INTERVAL;
    assertThat(gate.refusesConnection()).as("nothing was shed for an interval").isFalse();
    assertThat(gate.refusesConnection()).isFalse();
  }

  /** Else a server that was slow once could refuse for ever, and nobody would find out. */
  @Test
  void connectionsRefusedWhileNobodyWaitsMakeItLetInMore() {
    Gate gate = gate(10);
    Named b = overload(gate);
    queued(gate, "f");
    now += MILLI;
    gate.leave(b, false);
    now += TARGET;
    limit = 10;
    gate.sweep();
    assertThat(gate.queued()).isZero();
    int refused = 0;
    for (int i = 0; i < 10_000; i++) {
      now += MILLI / 10;
      refused += gate.refusesConnection() ? 1 : 0;
    }
    assertThat(refused).isBetween(1, 1_000);
  }

  /** Handlers end every 5 ms: one of those that wait can be handled in time. */
  @Test
  void itIsSaturatedWhileARequestWouldBeShedAtOnce() {
    Gate gate = gate(10);
    Named b = overload(gate);
    now += TARGET;
    gate.leave(b, false); // c, d and e are late
    in(gate, "f");
    queued(gate, "g");
    told.clear();
    queued(gate, "h");
    assertThat(told).containsExactly("h QUEUE_DELAY");
    assertThat(gate.saturated()).isTrue();
    now += TARGET;
    assertThat(gate.sweep()).isEqualTo(Sweeper.EMPTY);
    assertThat(gate.saturated()).isFalse();
  }

  @Test
  void aFullQueueShedsTheNewOne() {
    Gate gate = gate(2);
    in(gate, "a");
    queued(gate, "b");
    queued(gate, "c");
    queued(gate, "d");
    assertThat(told).containsExactly("d QUEUE_FULL");
    assertThat(tally.refused()).containsEntry(Refused.QUEUE_FULL, 1L);
    assertThat(gate.queued()).isEqualTo(2);
  }

  @Test
  void aFullQueueThatIsOverloadedShedsItsOldest() {
    Gate gate = gate(4);
    Named b = overload(gate);
    queued(gate, "f");
    assertThat(told).isEmpty();
    queued(gate, "g");
    assertThat(told).containsExactly("c QUEUE_FULL");
    assertThat(gate.queued()).isEqualTo(4);
    gate.leave(b, false);
    assertThat(told).containsExactly("c QUEUE_FULL", "g");
  }

  @Test
  void aQueueOfOneIsFullAndOverloaded() {
    Gate gate = gate(1);
    Named a = in(gate, "a");
    Named b = queued(gate, "b");
    now += INTERVAL - 1;
    queued(gate, "c");
    assertThat(told).containsExactly("c QUEUE_FULL");
    now += 1;
    queued(gate, "d"); // b is late
    assertThat(told).containsExactly("c QUEUE_FULL", "b QUEUE_DELAY");
    gate.leave(a, false);
    assertThat(told).containsExactly("c QUEUE_FULL", "b QUEUE_DELAY", "d");
    assertThat(gate.enter(b)).isFalse();
    assertThat(gate.queued()).isEqualTo(1);
  }

  @Test
  void whenTheLimitShrinksNobodyIsLetInUntilThereAreFewer() {
    Gate gate = gate(10);
    limit = 3;
    Named a = in(gate, "a");
    Named b = in(gate, "b");
    Named c = in(gate, "c");
    limit = 1;
    queued(gate, "d");
    gate.leave(a, false);
    gate.leave(b, false);
    assertThat(told).isEmpty();
    assertThat(gate.inFlight()).isEqualTo(1);
    gate.leave(c, false);
    assertThat(told).containsExactly("d");
  }

  @Test
  void whenTheLimitGrowsThoseThatWaitAreLetIn() {
    Gate gate = gate(10);
    Named a = in(gate, "a");
    queued(gate, "b");
    queued(gate, "c");
    queued(gate, "d");
    limit = 2;
    gate.sweep();
    assertThat(told).containsExactly("b");
    limit = 3;
    gate.leave(a, false);
    assertThat(told).containsExactly("b", "c", "d");
    assertThat(gate.inFlight()).isEqualTo(3);
  }

  @Test
  void whenTheLimitHasGrownAFullQueueIsNoReasonToShed() {
    Gate gate = gate(1);
    in(gate, "a");
    queued(gate, "b");
    limit = 3;
    in(gate, "c");
    assertThat(told).containsExactly("b");
    assertThat(gate.inFlight()).isEqualTo(3);
  }

  @Test
  void aLimiterThatSaysLessThanOneMeansOne() {
    limit = 0;
    Gate gate = gate(10);
    assertThat(gate.limit()).isEqualTo(1);
    Named a = in(gate, "a");
    queued(gate, "b");
    gate.leave(a, false);
    assertThat(told).containsExactly("b");
  }

  @Test
  void theLimiterIsToldTheTimeSinceTheAdmission() {
    Gate gate = gate(10);
    limit = 2;
    Named a = in(gate, "a");
    Named b = in(gate, "b");
    Named c = queued(gate, "c");
    now += 7;
    gate.begin(b);
    now += 3;
    gate.leave(b, true);
    now += 20;
    gate.leave(c, false);
    gate.leave(a, false);
    assertThat(samples)
        .containsExactly(
            new Sample(10, 2, true), new Sample(20, 2, false), new Sample(30, 1, false));
  }

  @Test
  void aYieldIsWorthItWhenHandlersAreLongAndAllProcessorsMayHaveOne() {
    Gate gate = gate(10);
    limit = 3;
    Named a = in(gate, "a");
    now += 16 * 50_000; // the average follows by a sixteenth
    gate.leave(a, false);
    in(gate, "b");
    Named c = in(gate, "c");
    assertThat(gate.worthAYield()).isFalse(); // it is 50 us, and not more
    now += 50_000 + 16;
    gate.leave(c, false);
    assertThat(gate.worthAYield()).isFalse(); // one in flight, two processors
    in(gate, "d");
    assertThat(gate.worthAYield()).isTrue();
  }

  @Test
  void whatComesBeforeTheHandlerBeginsDoesNotMakeItLong() {
    Gate gate = gate(10);
    limit = 2;
    Named a = in(gate, "a");
    in(gate, "b");
    now += 1_000 * MILLI;
    gate.begin(a);
    now += 16 * 50_000;
    gate.leave(a, false);
    in(gate, "c");
    assertThat(gate.worthAYield()).isFalse();
  }

  /** The lock would be held for ever, if it were: it is another thread that wants it. */
  @Test
  void verdictsAreToldWithoutTheLock() {
    Gate gate = gate(10);
    Named a = in(gate, "a");
    Gate.Entry b =
        new Named("b") {
          @Override
          protected void admitted() {
            Thread other = Thread.ofPlatform().start(gate::sweep);
            try {
              other.join();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            super.admitted();
          }
        };
    assertThat(gate.enter(b)).isFalse();
    gate.leave(a, false);
    assertThat(told).containsExactly("b");
  }

  @Test
  void oneThatThrowsDoesNotKeepTheOthersFromTheirVerdicts() {
    Gate gate = gate(10);
    Named a = in(gate, "a");
    Gate.Entry b =
        new Named("b") {
          @Override
          protected void admitted() {
            throw new IllegalStateException("b fails");
          }
        };
    gate.enter(b);
    queued(gate, "c");
    limit = 2;
    assertThatThrownBy(() -> gate.leave(a, false)).hasMessage("b fails");
    assertThat(told).containsExactly("c");
    assertThat(gate.inFlight()).isEqualTo(2);
  }

  @Test
  void aLimiterThatThrowsCostsNoPermit() {
    Limiter broken =
        new Limiter() {
          @Override
          public int limit() {
            return 1;
          }

          @Override
          public void handled(long nanos, int inFlight, boolean failed) {
            throw new IllegalStateException("broken");
          }
        };
    Gate gate = new Gate(Limits.builder().limiter(broken).build(), tally, () -> now, 1, null);
    Named a = in(gate, "a");
    assertThatThrownBy(() -> gate.leave(a, false)).hasMessage("broken");
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void closeShedsNobody() {
    Gate gate = gate(10);
    Named a = in(gate, "a");
    queued(gate, "b");
    gate.close();
    assertThat(told).isEmpty();
    gate.leave(a, false);
    assertThat(told).containsExactly("b");
  }

  @Test
  void timesWithoutEndAreNoTrouble() {
    Limits limits =
        Limits.builder()
            .limiter(limiter)
            .target(Duration.ofSeconds(Long.MAX_VALUE))
            .interval(Duration.ofSeconds(Long.MAX_VALUE))
            .build();
    Gate gate = new Gate(limits, tally, () -> now, 1, null);
    in(gate, "a");
    queued(gate, "b");
    now += Long.MAX_VALUE / 4;
    assertThat(gate.sweep()).isPositive().isLessThan(Sweeper.EMPTY);
    assertThat(told).isEmpty();
  }
}
