package dev.loompoll.server.internal.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Connections;
import dev.loompoll.server.internal.Served;
import dev.loompoll.server.internal.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a clock that stands still unless it is told to move. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdmissionTest {
  private static final long MILLI = 1_000_000;
  private static final InetAddress A = address(1);
  private static final InetAddress B = address(2);

  private volatile long now = -5; // a nanoTime may be negative
  private volatile double heap;
  private final Tally tally = new Tally();
  private final Connections connections = new Connections();
  private final List<Admission> made = new ArrayList<>();

  private static InetAddress address(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Admission admission(Consumer<Limits.Builder> changes) {
    Limits.Builder builder = Limits.builder().hardLimit(1_000);
    changes.accept(builder);
    Admission a = new Admission(builder.build(), connections, tally, () -> now, () -> heap);
    made.add(a);
    return a;
  }

  @AfterEach
  void close() {
    made.forEach(Admission::close);
  }

  private long refused(Refused why) {
    return tally.refused().getOrDefault(why, -1L);
  }

  @Test
  void withoutLimitsThereIsNoPause() {
    Admission a = admission(l -> {});
    for (int i = 0; i < 1_000; i++) {
      assertThat(a.pause()).isZero();
      assertThat(a.admit(A)).isNull();
    }
    assertThat(tally.accepted.sum()).isEqualTo(1_000);
    assertThat(a.peers()).as("not counted, not remembered").isZero();
  }

  @Test
  void beyondTheHardLimitOneIsAcceptedAndRefused() {
    Admission a = admission(l -> l.hardLimit(2));
    a.admit(A);
    a.admit(A);
    assertThat(a.pause()).as("it is accepted, to be closed").isZero();
    assertThat(a.admit(A)).isEqualTo(Refused.CONNECTIONS);
    assertThat(refused(Refused.CONNECTIONS)).isEqualTo(1);
    assertThat(tally.accepted.sum()).isEqualTo(2);
    a.left(A);
    assertThat(a.admit(A)).isNull();
  }

  @Test
  void whileRequestsAreShedItRefusesAsItIsTold() {
    AtomicInteger asked = new AtomicInteger();
    Admission a = admission(l -> l.hardLimit(2));
    a.refuseDuring(() -> asked.incrementAndGet() % 2 == 0);
    assertThat(a.admit(A)).isNull();
    assertThat(a.admit(A)).isEqualTo(Refused.OVERLOAD);
    assertThat(a.admit(A)).isNull();
    assertThat(a.admit(A)).as("the hard limit comes first").isEqualTo(Refused.CONNECTIONS);
    assertThat(asked).hasValue(3);
    assertThat(refused(Refused.OVERLOAD)).isEqualTo(1);
    assertThat(tally.accepted.sum()).isEqualTo(2);
  }

  @Test
  void atTheSoftLimitItStopsForItsPatience() {
    Admission a = admission(l -> l.softLimit(2).hardLimit(4).patience(Duration.ofSeconds(1)));
    a.admit(A);
    assertThat(a.pause()).isZero();
    a.admit(A);
    assertThat(a.pause()).isEqualTo(1_000 * MILLI);
    now += 1_000 * MILLI - 1;
    assertThat(a.pause()).isEqualTo(1);
    now += 1;
    assertThat(a.pause()).isZero();
    a.admit(A);
    assertThat(a.pause()).as("freely up to the hard limit").isZero();
    a.admit(A);
    assertThat(a.admit(A)).isEqualTo(Refused.CONNECTIONS);
    a.left(A);
    a.left(A);
    assertThat(a.pause()).as("two are as many as the soft limit: it goes on as before").isZero();
    a.left(A);
    assertThat(a.pause()).isZero();
    a.admit(A);
    assertThat(a.pause()).as("stopped anew").isEqualTo(1_000 * MILLI);
  }

  @Test
  void onePatienceThatNeverEndsEndsWhenOneLeaves() {
    Admission a = admission(l -> l.softLimit(1).patience(Duration.ofSeconds(Long.MAX_VALUE)));
    a.admit(A);
    now += Long.MAX_VALUE / 2;
    assertThat(a.pause()).isEqualTo(Admission.UNTIL_ONE_LEAVES);
    a.left(A);
    assertThat(a.pause()).isZero();
  }

  @Test
  void whoeverLeavesWakesOnlyIfThereIsRoomNow() {
    Admission a = admission(l -> l.softLimit(2).hardLimit(4));
    AtomicInteger first = new AtomicInteger();
    AtomicInteger second = new AtomicInteger();
    a.onRoom(first::incrementAndGet);
    a.onRoom(second::incrementAndGet);
    a.admit(A);
    a.left(A);
    assertThat(first.get()).isZero();
    for (int i = 0; i < 3; i++) {
      a.admit(A);
    }
    a.left(A);
    assertThat(first.get()).as("two are left, that is no room").isZero();
    a.left(A);
    assertThat(first.get()).isEqualTo(1);
    assertThat(second.get()).isEqualTo(1);
    a.left(A);
    assertThat(first.get()).as("nobody waits").isEqualTo(1);
  }

  @Test
  void soManyFromOneAddress() {
    Admission a = admission(l -> l.perPeer(2));
    a.admit(A);
    a.admit(A);
    assertThat(a.admit(A)).isEqualTo(Refused.PEER);
    assertThat(refused(Refused.PEER)).isEqualTo(1);
    assertThat(a.admit(B)).isNull();
    a.left(A);
    assertThat(a.admit(A)).isNull();
    assertThat(a.peers()).isEqualTo(2);
    a.left(B);
    assertThat(a.peers()).isEqualTo(1);
    a.left(A);
    assertThat(a.peers()).isEqualTo(1);
    a.left(A);
    assertThat(a.peers()).isZero();
  }

  @Test
  void aConnectionThatIsRefusedCountsForNoAddress() {
    Admission a = admission(l -> l.hardLimit(1).perPeer(1));
    a.admit(A);
    assertThat(a.admit(B)).isEqualTo(Refused.CONNECTIONS);
    assertThat(a.peers()).isEqualTo(1);
    a.left(A);
    assertThat(a.peers()).isZero();
  }

  @Test
  void moreThatLeaveThanCame() {
    Admission a = admission(l -> {});
    assertThatThrownBy(() -> a.left(A)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTenthOfASecondsWorthAtOnce() {
    Admission a = admission(l -> l.acceptRate(100));
    for (int i = 0; i < 10; i++) {
      assertThat(a.pause()).as("connection %d", i).isZero();
      a.admit(A);
    }
    assertThat(a.pause()).isEqualTo(10 * MILLI);
    now += 10 * MILLI - 1;
    assertThat(a.pause()).isEqualTo(1);
    now += 1;
    assertThat(a.pause()).isZero();
    a.admit(A);
    assertThat(a.pause()).isEqualTo(10 * MILLI);
    now += 25 * MILLI;
    a.admit(A);
    a.admit(A);
    assertThat(a.pause()).isEqualTo(5 * MILLI);
    now += 1_000 * MILLI;
    for (int i = 0; i < 10; i++) {
      assertThat(a.pause()).as("a long rest is worth no more, connection %d", i).isZero();
      a.admit(A);
    }
    assertThat(a.pause()).isEqualTo(10 * MILLI);
  }

  @Test
  void aSlowRateLetsOneInAtOnce() {
    Admission a = admission(l -> l.acceptRate(2));
    assertThat(a.pause()).isZero();
    a.admit(A);
    assertThat(a.pause()).isEqualTo(500 * MILLI);
    a.admit(A); // another acceptor was already in its accept: a debt
    assertThat(a.pause()).isEqualTo(1_000 * MILLI);
  }

  @Test
  void thoseThatAreRefusedAreCountedInTheRate() {
    Admission a = admission(l -> l.acceptRate(2).hardLimit(1));
    a.admit(A);
    now += 500 * MILLI;
    assertThat(a.admit(A)).isEqualTo(Refused.CONNECTIONS);
    assertThat(a.pause()).isEqualTo(500 * MILLI);
  }

  @Test
  void theLongestPauseCounts() {
    Admission a = admission(l -> l.acceptRate(2).softLimit(1).patience(Duration.ofMillis(300)));
    a.admit(A);
    assertThat(a.pause()).isEqualTo(500 * MILLI);
    heap = 1;
    assertThat(a.pause()).isEqualTo(500 * MILLI);
    now += 450 * MILLI;
    assertThat(a.pause()).isEqualTo(Admission.HEAP_PAUSE);
    heap = 0;
    assertThat(a.pause()).isEqualTo(50 * MILLI);
  }

  @Test
  void nothingIsAcceptedWhenTheHeapIsHalfWayToFull() {
    Admission a = admission(l -> l.heapWatermark(0.5));
    heap = 0.7499;
    assertThat(a.pause()).isZero();
    heap = 0.75;
    assertThat(a.pause()).isEqualTo(100 * MILLI);
    heap = 0.5;
    assertThat(a.pause()).isZero();
  }

  @Test
  void theFullerTheHeapTheShorterTheIdleTimeout() {
    Admission a = admission(l -> l.heapWatermark(0.5).idleTimeout(Duration.ofSeconds(60)));
    assertThat(a.idleTimeoutNanos()).isEqualTo(60_000 * MILLI);
    heap = 0.5;
    assertThat(a.idleTimeoutNanos()).isEqualTo(60_000 * MILLI);
    heap = 0.625;
    assertThat(a.idleTimeoutNanos()).isEqualTo(31_500 * MILLI);
    heap = 0.75;
    assertThat(a.idleTimeoutNanos()).isEqualTo(3_000 * MILLI);
    heap = 1;
    assertThat(a.idleTimeoutNanos()).isEqualTo(3_000 * MILLI);
  }

  @Test
  void anIdleTimeoutWithoutEndStaysOne() {
    Admission a = admission(l -> l.idleTimeout(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThat(a.idleTimeoutNanos()).isEqualTo(Long.MAX_VALUE);
    heap = 1;
    assertThat(a.idleTimeoutNanos()).isPositive();
  }

  private static final class Idle implements Served {
    private final long since;
    private final List<Refused> ends = new ArrayList<>();

    Idle(long since) {
      this.since = since;
    }

    @Override
    public InetAddress peer() {
      return A;
    }

    @Override
    public long idleSince() {
      return since;
    }

    @Override
    public void drain() {}

    @Override
    public void abort(@Nullable Refused why) {
      if (why != null) {
        ends.add(why);
      }
    }
  }

  @Test
  void aShortageCostsTwiceAsMuchEachTime() {
    Admission a = admission(l -> {});
    for (long pause : new long[] {5, 10, 20, 40, 80, 160, 320, 640, 1_000, 1_000}) {
      assertThat(a.shortage()).isEqualTo(pause * MILLI);
      assertThat(a.pause()).isEqualTo(pause * MILLI);
      now += pause * MILLI - 1;
      assertThat(a.pause()).isEqualTo(1);
      now += 1;
      assertThat(a.pause()).isZero();
    }
    a.admit(A);
    assertThat(a.pause()).isZero();
    assertThat(a.shortage()).isEqualTo(5 * MILLI);
  }

  @Test
  void aRefusedConnectionIsNoEndOfAShortage() {
    Admission a = admission(l -> l.hardLimit(1));
    a.admit(A);
    a.shortage();
    now += 5 * MILLI;
    assertThat(a.admit(A)).isEqualTo(Refused.CONNECTIONS);
    assertThat(a.shortage()).isEqualTo(10 * MILLI);
  }

  @Test
  void oneThatLeavesDoesNotEndAShortage() {
    Admission a = admission(l -> l.softLimit(1));
    a.admit(A);
    a.shortage();
    a.left(A);
    assertThat(a.pause()).isEqualTo(5 * MILLI);
  }

  @Test
  void aShortageClosesTheLongestIdle() {
    Admission a = admission(l -> {});
    Idle busy = new Idle(Served.BUSY);
    Idle young = new Idle(-10);
    Idle old = new Idle(-20);
    List.of(busy, young, old).forEach(connections::add);
    a.shortage();
    assertThat(old.ends).containsExactly(Refused.CULLED);
    assertThat(young.ends).isEmpty();
    assertThat(busy.ends).isEmpty();
    assertThat(a.turnAway(() -> fail("there will be a descriptor"))).isFalse();
    assertThat(refused(Refused.DESCRIPTORS)).isZero();
  }

  private static boolean fail(String why) {
    throw new AssertionError(why);
  }

  @Test
  void whereNobodyIsIdleOneIsTurnedAway() {
    Admission a = admission(l -> {});
    connections.add(new Idle(Served.BUSY));
    assertThat(a.turnAway(() -> fail("no shortage"))).isFalse();
    a.shortage();
    assertThat(a.turnAway(() -> true)).isTrue();
    assertThat(a.turnAway(() -> true)).as("the descriptor is back").isTrue();
    assertThat(refused(Refused.DESCRIPTORS)).isEqualTo(2);
    assertThat(a.turnAway(() -> false)).as("none was waiting").isFalse();
    assertThat(
            a.turnAway(
                () -> {
                  throw new IOException("somebody else was faster");
                }))
        .isFalse();
    assertThat(refused(Refused.DESCRIPTORS)).isEqualTo(2);
    assertThat(a.turnAway(() -> true)).isTrue();
    a.close();
    assertThat(a.turnAway(() -> fail("closed"))).isFalse();
  }

  private static Thread awaiting(Admission a, CountDownLatch done) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                a.await();
                done.countDown();
              } catch (InterruptedException e) {
                // the test sees that it was not counted down
              }
            });
  }

  private static void untilItWaits(Thread t) {
    while (t.getState() != Thread.State.TIMED_WAITING && t.getState() != Thread.State.WAITING) {
      assertThat(t.isAlive()).isTrue();
      Thread.onSpinWait();
    }
  }

  @Test
  void awaitReturnsAtOnceIfThereIsRoom() throws InterruptedException {
    admission(l -> {}).await();
  }

  @Test
  void awaitEndsWhenOneLeaves() throws InterruptedException {
    Admission a = admission(l -> l.softLimit(1).patience(Duration.ofHours(1)));
    a.admit(A);
    CountDownLatch done = new CountDownLatch(2);
    Thread one = awaiting(a, done);
    Thread two = awaiting(a, done);
    untilItWaits(one);
    untilItWaits(two);
    assertThat(done.getCount()).isEqualTo(2);
    a.left(A);
    done.await();
  }

  @Test
  void awaitEndsAtClose() throws InterruptedException {
    Admission a = admission(l -> l.softLimit(1).patience(Duration.ofHours(1)));
    a.admit(A);
    CountDownLatch done = new CountDownLatch(1);
    untilItWaits(awaiting(a, done));
    a.close();
    done.await();
    assertThat(a.pause()).isZero();
    a.await();
  }

  @Test
  void awaitIsInterruptible() throws InterruptedException {
    Admission a = admission(l -> l.softLimit(1).patience(Duration.ofHours(1)));
    a.admit(A);
    CountDownLatch done = new CountDownLatch(1);
    Thread t = awaiting(a, done);
    untilItWaits(t);
    t.interrupt();
    t.join();
    assertThat(done.getCount()).isEqualTo(1);
  }

  @Test
  void awaitEndsWithTime() throws InterruptedException {
    Limits limits = Limits.builder().hardLimit(10).acceptRate(20).build();
    Admission a = new Admission(limits, connections, tally, System::nanoTime, () -> 0);
    made.add(a);
    long start = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      a.await();
      a.admit(A);
    }
    // two at once, then one every 50 ms
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(150 * MILLI);
  }

  @Test
  void manyThreadsLeaveNothingBehind() throws InterruptedException {
    Admission a = admission(l -> l.softLimit(3).hardLimit(4).perPeer(2));
    List<Thread> threads = new ArrayList<>();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    for (int i = 0; i < 6; i++) {
      InetAddress peer = address(i % 3);
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int n = 0; n < 20_000; n++) {
                  if (a.admit(peer) == null) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    a.left(peer);
                  }
                }
              }));
    }
    for (Thread t : threads) {
      t.join();
    }
    assertThat(most.get()).isLessThanOrEqualTo(4);
    assertThat(a.peers()).isZero();
    assertThat(a.pause()).isZero();
    assertThat(tally.accepted.sum() + refused(Refused.CONNECTIONS) + refused(Refused.PEER))
        .isEqualTo(120_000);
  }

  @Test
  void clientsAreSentAwayOneAfterAnotherButAllAtOnceWhileMemoryIsShort() {
    Admission a = admission(l -> l.heapWatermark(0.5));
    for (int i = 0; i < 1_000; i++) {
      assertThat(a.departure(now)).isEqualTo(now + 2 * i * MILLI);
    }
    now += 1_600 * MILLI;
    assertThat(a.departure(now)).as("after those before").isEqualTo(now + 400 * MILLI);
    heap = 0.6;
    assertThat(a.departure(now)).isEqualTo(now);
    heap = 0;
    now += 10_000 * MILLI;
    assertThat(a.departure(now)).as("what was not used is not saved up").isEqualTo(now);
    assertThat(a.departure(now)).isEqualTo(now + 2 * MILLI);
  }
}
