package dev.loompoll.server.internal.reactor;

import dev.loompoll.Listener;
import dev.loompoll.internal.net.ListenerAccess;
import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.poll.epoll.EpollPoller;
import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import dev.loompoll.server.internal.admission.Admission;
import java.io.IOException;
import java.util.function.IntPredicate;

/**
 * Accepts on a loop, without blocking, when the {@link Admission} lets it. The descriptor stays the
 * {@link Listener}'s, who closes it on another thread: it is used under a reference only ({@code
 * FD.control}), and a whole batch under one, so that nothing is added any more once the listener's
 * {@code close} has returned.
 */
final class Acceptor extends Source {
  /** Then the loop's other sources have their turn. */
  private static final int ACCEPTS_A_TURN = 16;

  private static final long PAUSE_AFTER_FAILURE = 1_000_000_000;

  private final NetFD listener;
  private final EventLoop loop;
  private final Intake<?, ?> intake;
  private final Admission admission;
  private final IntPredicate batch = this::acceptSome;
  private final byte[] address = new byte[SocketAddresses.MAX_LENGTH];
  private final int[] length = new int[1];

  /** Whether a connection may wait: until the kernel says that none does. */
  private boolean some;

  Acceptor(Listener listener, EventLoop loop, Intake<?, ?> intake, Admission admission) {
    this.listener = ListenerAccess.fd(listener);
    this.loop = loop;
    this.intake = intake;
    this.admission = admission;
  }

  /**
   * Begins to watch, before the loop is started. The process's own poller must not watch it too:
   * each connection would wake one of its threads, only to find that nobody waits there.
   */
  void watch() throws IOException {
    int[] error = new int[1];
    IntPredicate move =
        fd -> {
          if (listener.poller() instanceof EpollPoller own) {
            EpollCalls.remove(own.epfd(), fd, loop.errno);
          }
          error[0] = loop.watch(fd, this);
          return true;
        };
    if (listener.control(move) != Result.OK) {
      throw new IOException("the listener is closed");
    }
    if (error[0] != 0) {
      throw new SystemCallFailure("epoll_ctl", error[0]);
    }
  }

  @Override
  void ready(int events) {
    some = true;
    run();
  }

  @Override
  public void run() {
    try {
      if (some && listener.control(batch) == Result.CLOSED) {
        some = false;
        loop.forget(this);
      }
    } catch (Throwable t) {
      intake.failed(t);
      pause(PAUSE_AFTER_FAILURE); // no event will come for those that wait already
    }
  }

  private boolean acceptSome(int fd) {
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
      long pause = admission.pause();
      if (pause != 0) {
        pause(pause);
        return true;
      }
      int n = SocketCalls.accept(fd, address, length, loop.errno);
      if (n >= 0) {
        intake.accepted(n, address);
      } else if (n == -Errno.EAGAIN) {
        some = false;
        return true;
      } else if (Errno.isResourceShortage(-n)) {
        pause(intake.shortage(fd));
        return true;
      } else if (!isOfOneConnection(-n)) {
        intake.failed(new SystemCallFailure("accept", -n));
        pause(PAUSE_AFTER_FAILURE);
        return true;
      }
    }
    loop.again(this);
    return true;
  }

  /** Not the listener's affair: the next may be in order (accept(2)). */
  static boolean isOfOneConnection(int errno) {
    return switch (errno) {
      case Errno.EINTR,
          Errno.ECONNABORTED,
          Errno.EPERM,
          Errno.EPROTO,
          Errno.ENETDOWN,
          Errno.ENETUNREACH,
          Errno.EHOSTUNREACH,
          Errno.ETIMEDOUT ->
          true;
      default -> false;
    };
  }

  private void pause(long nanos) {
    if (nanos != Admission.UNTIL_ONE_LEAVES) {
      loop.alarm(this, loop.now() + nanos);
    }
  }

  @Override
  void abandon() {
    loop.forget(this);
  }
}
