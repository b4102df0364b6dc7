package dev.loompoll.internal.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.sched.Timers;
import dev.loompoll.internal.sys.Errno;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/**
 * When an operation asks the kernel and when it waits. The kernel's answers are written down here,
 * one after another, with the edges that come meanwhile.
 *
 * <p>The calling thread is interrupted, so it never sleeps: where it would, the operation ends with
 * {@link Result#INTERRUPTED}.
 */
class ReadinessPollerTest {
  private final Queue<IntSupplier> answers = new ArrayDeque<>();
  private final List<String> calls = new ArrayList<>();
  private final Kernel kernel = new Kernel();
  private final FD fd = new FD(5, kernel) {};

  private final class Kernel extends QuietPoller {
    private int answer(String call) {
      calls.add(call);
      return answers.remove().getAsInt();
    }

    @Override
    protected int sysRead(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
      return answer("recv " + length);
    }

    @Override
    protected int sysWrite(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
      return answer("send " + offset + " " + length);
    }

    @Override
    protected int sysAccept(FD fd, byte[] address, int[] length) {
      return answer("accept");
    }

    @Override
    protected int sysConnect(FD fd, byte[] address) {
      return answer("connect");
    }

    @Override
    protected int sysPendingError(FD fd) {
      return answer("SO_ERROR");
    }

    @Override
    protected int sysHasPeer(FD fd) {
      return answer("getpeername");
    }
  }

  /** The kernel says this next. */
  private void answer(int result) {
    answers.add(() -> result);
  }

  /** The same, and before the caller sees the answer an edge comes. */
  private void answerAndEdge(int result) {
    answers.add(
        () -> {
          edge(0);
          return result;
        });
  }

  private void edge(int flags) {
    fd.pd.ready(fd.token(), true, true, flags);
  }

  private void check(LongSupplier operation, long expected, String... expectedCalls) {
    calls.clear();
    Thread.currentThread().interrupt();
    long result = operation.getAsLong();
    assertTrue(Thread.interrupted());
    assertEquals(expected, result);
    assertEquals(List.of(expectedCalls), calls);
    assertTrue(answers.isEmpty());
  }

  private void read(int length, long expected, String... expectedCalls) {
    check(() -> fd.read(new byte[length], null, 0, length), expected, expectedCalls);
  }

  private void write(int length, long expected, String... expectedCalls) {
    check(() -> fd.write(new byte[length], null, 0, length), expected, expectedCalls);
  }

  private void accept(long expected, String... expectedCalls) {
    check(() -> fd.accept(new byte[16], new int[1]), expected, expectedCalls);
  }

  private void connect(int expected, String... expectedCalls) {
    check(() -> fd.connect(new byte[16]), expected, expectedCalls);
  }

  private static final long WOULD_SLEEP = Result.failed(Result.INTERRUPTED);

  // ---- reading

  @Test
  void aReadSleepsOnlyAfterEagain() {
    answer(-Errno.EAGAIN);
    read(4, WOULD_SLEEP, "recv 4");
  }

  @Test
  void anEdgeDuringARecvIsNotLost() {
    answerAndEdge(-Errno.EAGAIN);
    answer(4);
    read(4, 4, "recv 4", "recv 4");
  }

  @Test
  void anEdgeBeforeARecvIsForgotten() {
    edge(0);
    answer(-Errno.EAGAIN);
    read(4, WOULD_SLEEP, "recv 4");
  }

  @Test
  void aFullReadSaysNothingOfTheNext() {
    answer(4);
    read(4, 4, "recv 4");
    answer(4);
    read(4, 4, "recv 4");
  }

  @Test
  void aReadOfTheMostThatOneCallMovesIsAFullOne() {
    answer(FD.MAX_CHUNK);
    read(2 * FD.MAX_CHUNK, FD.MAX_CHUNK, "recv " + 2 * FD.MAX_CHUNK);
    answer(1);
    read(1, 1, "recv 1");
  }

  @Test
  void aShortReadStandsForEagain() {
    answer(3);
    read(4, 3, "recv 4");
    read(4, WOULD_SLEEP); // without a call
  }

  @Test
  void anEdgeAfterAShortReadIsNotForgotten() {
    answerAndEdge(3);
    read(4, 3, "recv 4");
    answer(1);
    read(4, 1, "recv 4");
  }

  @Test
  void aShortReadSaysNothingOnceThePeerHasClosed() {
    edge(PollDesc.NO_DRAIN);
    answer(3);
    read(4, 3, "recv 4");
    answer(0);
    read(4, Result.failed(Result.EOF), "recv 4");
  }

  @Test
  void aDeadlineThatUsedUpTheEdgeEndsDraining() {
    answer(3);
    read(4, 3, "recv 4");
    edge(0);
    fd.setDeadline(true, false, 1000);
    read(4, Result.failed(Result.TIMEOUT));
    fd.setDeadline(true, false, Timers.NEVER);
    answer(2);
    read(4, 2, "recv 4");
  }

  @Test
  void recvIsRepeatedAfterEintr() {
    answer(-Errno.EINTR);
    answer(-Errno.EINTR);
    answer(4);
    read(4, 4, "recv 4", "recv 4", "recv 4");
  }

  // ---- writing

  /** The first EAGAIN is older than the reset, which has forgotten the edge that came between. */
  @Test
  void anEdgeBetweenEagainAndResetIsNotLost() {
    answerAndEdge(-Errno.EAGAIN);
    answer(4);
    write(4, 4, "send 0 4", "send 0 4");
  }

  @Test
  void aWriteSleepsOnlyAfterEagainSinceTheReset() {
    answerAndEdge(-Errno.EAGAIN);
    answer(-Errno.EAGAIN);
    write(4, WOULD_SLEEP, "send 0 4", "send 0 4");
  }

  @Test
  void anEdgeDuringTheSecondSendIsNotLost() {
    answer(-Errno.EAGAIN);
    answerAndEdge(-Errno.EAGAIN);
    answer(4);
    write(4, 4, "send 0 4", "send 0 4", "send 0 4");
  }

  @Test
  void whatIsLeftOfAWriteGoesToo() {
    answer(1);
    answer(-Errno.EINTR);
    answer(2);
    answer(1);
    write(4, 4, "send 0 4", "send 1 3", "send 1 3", "send 3 1");
  }

  @Test
  void aWriteThatEndsEarlySaysHowMuchWent() {
    answer(3);
    answer(-Errno.EAGAIN);
    answer(-Errno.EAGAIN);
    write(4, Result.of(3, Result.INTERRUPTED), "send 0 4", "send 3 1", "send 3 1");
  }

  // ---- accepting and connecting

  @Test
  void acceptPassesOverWhatIsNotTheListenersAffair() {
    answer(-Errno.EINTR);
    answer(-Errno.ECONNABORTED);
    answerAndEdge(-Errno.EAGAIN);
    answer(9);
    accept(9, "accept", "accept", "accept", "accept");
    answer(-Errno.EMFILE);
    accept(Result.failed(Errno.EMFILE), "accept");
  }

  @Test
  void connectGoesOnAfterEintr() {
    answerAndEdge(-Errno.EINTR);
    answer(0);
    answer(0);
    connect(Result.OK, "connect", "SO_ERROR", "getpeername");
  }

  @Test
  void connectFailsWithWhatSoErrorSays() {
    answerAndEdge(-Errno.EINPROGRESS);
    answer(Errno.ECONNREFUSED);
    connect(Errno.ECONNREFUSED, "connect", "SO_ERROR");
  }

  @Test
  void aSpuriousEdgeIsNoConnection() {
    answerAndEdge(-Errno.EINPROGRESS);
    answer(0);
    answerAndEdge(-Errno.ENOTCONN);
    answer(Errno.ETIMEDOUT);
    connect(Errno.ETIMEDOUT, "connect", "SO_ERROR", "getpeername", "SO_ERROR");
  }
}
