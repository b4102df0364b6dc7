package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.poll.ReadinessPoller;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.sched.PollLoop;
import dev.loompoll.internal.sched.Timers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DeadlinesTest {
  private static final long NOW = 1000;
  private static final long NEVER = Timers.NEVER;

  /** A kernel in which everything is always ready: only a deadline can stop an operation. */
  private static final class ReadyPoller extends ReadinessPoller {
    @Override
    protected int sysRead(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
      return length;
    }

    @Override
    protected int sysWrite(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
      return length;
    }

    @Override
    protected int sysAccept(FD fd, byte[] address, int[] length) {
      throw new AssertionError();
    }

    @Override
    protected int sysConnect(FD fd, byte[] address) {
      throw new AssertionError();
    }

    @Override
    protected int sysPendingError(FD fd) {
      throw new AssertionError();
    }

    @Override
    protected int sysHasPeer(FD fd) {
      throw new AssertionError();
    }

    @Override
    protected int register(FD fd) {
      return 0;
    }

    @Override
    protected int closeDescriptor(FD fd) {
      return 0;
    }

    @Override
    public Buffer newBuffer() {
      return new Buffer() {};
    }

    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      return 0;
    }

    @Override
    public void wake() {}
  }

  private final ReadyPoller poller = new ReadyPoller();
  private final PollLoop loop = new PollLoop(poller, () -> NOW);
  private FD fd;

  @BeforeEach
  void open() {
    poller.attach(loop);
    fd = new FD(-1, poller) {};
  }

  private int read() {
    return Result.code(fd.read(new byte[1], null, 0, 1));
  }

  private int write() {
    return Result.code(fd.write(new byte[1], null, 0, 1));
  }

  /** When the loop will look at the descriptor. */
  private long armedFor() {
    loop.timers().run(0);
    return loop.timers().next();
  }

  // ---- after

  @Test
  void nullIsNever() {
    assertEquals(NEVER, Deadlines.after(null, 1));
    assertEquals(NEVER, Deadlines.after(null, NEVER - 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1000, 1L << 40, NEVER - 1})
  void zeroAndNegativeAreNow(long now) {
    assertEquals(now, Deadlines.after(Duration.ZERO, now));
    assertEquals(now, Deadlines.after(Duration.ofNanos(-1), now));
    assertEquals(now, Deadlines.after(Duration.ofSeconds(-1), now));
    assertEquals(now, Deadlines.after(Duration.ofSeconds(Long.MIN_VALUE), now));
    assertEquals(now, Deadlines.after(Duration.ofSeconds(Long.MIN_VALUE, 999_999_999), now));
  }

  @Test
  void positiveIsAdded() {
    assertEquals(1001, Deadlines.after(Duration.ofNanos(1), 1000));
    assertEquals(1_000_001_000L, Deadlines.after(Duration.ofSeconds(1), 1000));
    assertEquals(5_000_000_007L, Deadlines.after(Duration.ofSeconds(4, 999_999_999), 8));
    assertEquals(TimeUnit.DAYS.toNanos(365) + 3, Deadlines.after(Duration.ofDays(365), 3));
  }

  @Test
  void durationsThatNoLongHoldsAreNever() {
    assertEquals(NEVER, Deadlines.after(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999), 1));
    assertEquals(NEVER, Deadlines.after(Duration.ofDays(365_000), 1));
    assertEquals(NEVER, Deadlines.after(Duration.ofSeconds(Integer.MAX_VALUE + 1L), 1));
    long longest = TimeUnit.SECONDS.toNanos(Integer.MAX_VALUE) + 999_999_999;
    assertEquals(longest + 1, Deadlines.after(Duration.ofNanos(longest), 1));
  }

  @Test
  void sumsThatNoLongHoldsAreNever() {
    Duration d = Duration.ofSeconds(1);
    long last = NEVER - d.toNanos();
    assertEquals(NEVER - 2, Deadlines.after(d, last - 2));
    assertEquals(NEVER, Deadlines.after(d, last - 1)); // that time means another thing in Timers
    assertEquals(NEVER, Deadlines.after(d, last));
    assertEquals(NEVER, Deadlines.after(d, last + 1));
    assertEquals(NEVER, Deadlines.after(d, NEVER - 1));
    assertEquals(NEVER, Deadlines.after(Duration.ofNanos(1), NEVER - 1));
  }

  // ---- set and clear

  @Test
  void durationIsSetOnTheLoopsClock() {
    Deadlines.set(fd, true, true, Duration.ofNanos(500));
    assertEquals(NOW + 500, armedFor());
    assertEquals(Result.OK, read());
    assertEquals(Result.OK, write());
    loop.timers().run(NOW + 500);
    assertEquals(Result.TIMEOUT, read());
    assertEquals(Result.TIMEOUT, write());
  }

  @Test
  void directionsAreSetOneByOne() {
    Deadlines.set(fd, true, false, Duration.ZERO);
    assertEquals(Result.TIMEOUT, read());
    assertEquals(Result.OK, write());
    Deadlines.set(fd, false, true, Duration.ofSeconds(-1));
    assertEquals(Result.TIMEOUT, write());
    Deadlines.clear(fd, true, false);
    assertEquals(Result.OK, read());
    assertEquals(Result.TIMEOUT, write());
    Deadlines.clear(fd, false, true);
    assertEquals(Result.OK, write());
  }

  @Test
  void nullAndTooLongDurationsClear() {
    for (Duration none : new Duration[] {null, Duration.ofSeconds(Long.MAX_VALUE)}) {
      Deadlines.set(fd, true, true, Duration.ZERO);
      assertEquals(Result.TIMEOUT, read());
      Deadlines.set(fd, true, true, none);
      assertEquals(Result.OK, read());
      assertEquals(Result.OK, write());
    }
    assertEquals(NEVER, armedFor());
  }

  @Test
  void nanoTimeToComeIsSetOnTheLoopsClock() {
    long hour = TimeUnit.HOURS.toNanos(1);
    long before = System.nanoTime();
    Deadlines.set(fd, true, false, before + hour);
    long took = System.nanoTime() - before;
    long armed = armedFor();
    assertTrue(armed <= NOW + hour, "too late: " + armed);
    assertTrue(armed >= NOW + hour - took, "too early: " + armed);
    assertEquals(Result.OK, read());
  }

  @Test
  void nanoTimeThatHasPassedExpiresAtOnce() {
    for (long ago : new long[] {0, 1, TimeUnit.DAYS.toNanos(1), Long.MAX_VALUE / 2}) {
      Deadlines.clear(fd, true, true);
      assertEquals(Result.OK, read());
      Deadlines.set(fd, true, true, System.nanoTime() - ago);
      assertEquals(Result.TIMEOUT, read(), ago + " ns ago");
      assertEquals(Result.TIMEOUT, write(), ago + " ns ago");
    }
    assertEquals(NEVER, armedFor());
  }

  /** The scale may wrap round: only differences count. */
  @Test
  void nanoTimeFarAheadIsNotThePast() {
    long centuries = Long.MAX_VALUE - TimeUnit.DAYS.toNanos(1);
    Deadlines.set(fd, true, true, System.nanoTime() + centuries);
    assertEquals(Result.OK, read());
    assertTrue(armedFor() > TimeUnit.DAYS.toNanos(36_500));
  }

  @Test
  void aClosedDescriptorTakesNoDeadline() {
    assertEquals(Result.OK, fd.close());
    Deadlines.set(fd, true, true, Duration.ofNanos(500));
    assertEquals(NEVER, armedFor());
    assertEquals(Result.CLOSED, read());
  }
}
