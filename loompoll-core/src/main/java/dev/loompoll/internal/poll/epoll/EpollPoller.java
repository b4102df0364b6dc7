package dev.loompoll.internal.poll.epoll;

import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.poll.PollDesc;
import dev.loompoll.internal.poll.PollerFailure;
import dev.loompoll.internal.poll.ReadinessPoller;
import dev.loompoll.internal.sched.NetPoll;
import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.EpollCalls.EventBuffer;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The epoll back end. Edge-triggered; a descriptor is added once, for both directions, and never
 * changed. Nor is it removed: closing its last descriptor does that (epoll(7)), and where a forked
 * child still holds a copy, its events are of an old generation.
 *
 * <p>The wake-up is an eventfd, level-triggered, so that a poll on another thread cannot use it up;
 * only the blocking poll resets it.
 */
public final class EpollPoller extends ReadinessPoller {
  private static final int EVENTS_A_WAIT = 128;

  /** The eventfd's token; no slot has it. */
  private static final long WAKE = -1;

  /** The token of another poller that has events. */
  private static final long NEIGHBOUR = -2;

  private static final int WATCHED =
      EpollCalls.EPOLLIN
          | EpollCalls.EPOLLOUT
          | EpollCalls.EPOLLPRI
          | EpollCalls.EPOLLRDHUP
          | EpollCalls.EPOLLET;

  private static final int READABLE =
      EpollCalls.EPOLLIN
          | EpollCalls.EPOLLPRI
          | EpollCalls.EPOLLRDHUP
          | EpollCalls.EPOLLHUP
          | EpollCalls.EPOLLERR;
  private static final int WRITABLE =
      EpollCalls.EPOLLOUT | EpollCalls.EPOLLHUP | EpollCalls.EPOLLERR;

  /** What arriving data says, and nearly every event. */
  private static final int DATA = EpollCalls.EPOLLIN | EpollCalls.EPOLLOUT;

  private static final int ENDS_DRAINING = READABLE & ~EpollCalls.EPOLLIN;

  private static final VarHandle WAKING;

  static {
    try {
      WAKING = MethodHandles.lookup().findVarHandle(EpollPoller.class, "waking", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int epfd;
  private final int eventfd;

  /**
   * 1 from a wake-up's write until the blocking poll has reset the eventfd: further wake-ups need
   * no system call. Their senders published what they woke for before they saw the 1, and the owner
   * looks for it after it set the 0.
   */
  @SuppressWarnings("unused") // through WAKING
  private volatile int waking;

  /** Of the one thread that says what to cover. */
  private final ErrnoCell coverErrno = new ErrnoCell();

  private EpollPoller(int epfd, int eventfd) {
    this.epfd = epfd;
    this.eventfd = eventfd;
  }

  /** Makes one; on failure frees what it had and says which step failed. */
  public static EpollPoller open() throws PollerFailure {
    ErrnoCell errno = new ErrnoCell();
    int epfd = EpollCalls.create(errno);
    if (epfd < 0) {
      throw failed("epoll_create1", -epfd);
    }
    int eventfd = FdCalls.eventfd(errno);
    if (eventfd < 0) {
      FdCalls.close(epfd);
      throw failed("eventfd", -eventfd);
    }
    int rc = EpollCalls.add(epfd, eventfd, EpollCalls.EPOLLIN, WAKE, errno);
    if (rc < 0) {
      FdCalls.close(eventfd);
      FdCalls.close(epfd);
      throw failed("epoll_ctl", -rc);
    }
    return new EpollPoller(epfd, eventfd);
  }

  private static PollerFailure failed(String step, int errno) {
    return new PollerFailure(step, errno);
  }

  /** Frees what {@link #open} took, for a poller that was never used. */
  public void discard() {
    FdCalls.close(eventfd);
    FdCalls.close(epfd);
  }

  /** For diagnosis: the descriptor whose {@code /proc/self/fdinfo} lists what is watched. */
  public int epfd() {
    return epfd;
  }

  // ---- polling

  private static final class Events implements Buffer {
    final EventBuffer events = new EventBuffer(EVENTS_A_WAIT);
    final ErrnoCell errno = new ErrnoCell();
  }

  @Override
  public Buffer newBuffer() {
    return new Events();
  }

  @Override
  public int poll(long timeoutNanos, Buffer buffer) {
    Events own = (Events) buffer;
    EventBuffer events = own.events;
    int n = timeoutNanos == 0 ? events.pollNow(epfd) : events.poll(epfd, timeoutNanos);
    if (n <= 0) {
      if (n < 0 && n != -Errno.EINTR && timeoutNanos != 0) {
        LockSupport.parkNanos(1_000_000); // out of memory: do not spin, try again
      }
      return 0;
    }
    int seen = n;
    for (int i = 0; i < n; i++) {
      int flags = events.flags(i);
      long token = events.data(i);
      if (token == WAKE) {
        seen--;
        if (timeoutNanos != 0) {
          FdCalls.eventfdRead(eventfd, own.errno);
          WAKING.setVolatile(this, 0);
        }
      } else if (token == NEIGHBOUR) {
        seen--;
      } else if (flags == DATA) {
        descriptor(token).ready(token, true, true, 0);
      } else {
        descriptor(token)
            .ready(token, (flags & READABLE) != 0, (flags & WRITABLE) != 0, sticky(flags));
      }
    }
    return seen;
  }

  private static int sticky(int flags) {
    if ((flags & ENDS_DRAINING) == 0) {
      return 0;
    }
    return flags == EpollCalls.EPOLLERR
        ? PollDesc.EVENT_ERROR | PollDesc.NO_DRAIN
        : PollDesc.NO_DRAIN;
  }

  @Override
  public void wake() {
    if ((int) WAKING.getVolatile(this) != 0) {
      return;
    }
    ErrnoCell errno = new ErrnoCell(); // first: if there is no memory for it, nothing has changed
    if (WAKING.compareAndSet(this, 0, 1)) {
      while (FdCalls.eventfdWrite(eventfd, errno) == -Errno.EINTR) {
        // again; EAGAIN would mean that the counter is full, so it will be seen
      }
    }
  }

  /** Edge-triggered: whoever waits polls the other before it waits again. */
  @Override
  public boolean waitAlsoFor(NetPoll other) {
    int events = EpollCalls.EPOLLIN | EpollCalls.EPOLLET;
    return other instanceof EpollPoller e
        && EpollCalls.add(epfd, e.epfd, events, NEIGHBOUR, coverErrno) >= 0;
  }

  @Override
  public void waitNoLongerFor(NetPoll other) {
    if (other instanceof EpollPoller e) {
      EpollCalls.remove(epfd, e.epfd, coverErrno);
    }
  }

  // ---- descriptors and their calls

  @Override
  protected int register(FD fd) {
    return -EpollCalls.add(epfd, fd.sysfd(), WATCHED, fd.token(), fd.errno(true));
  }

  @Override
  protected int closeDescriptor(FD fd) {
    return -FdCalls.close(fd.sysfd());
  }

  @Override
  protected int sysRead(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length) {
    ErrnoCell errno = fd.errno(false);
    return heap != null
        ? SocketCalls.recv(fd.sysfd(), heap, offset, length, errno)
        : SocketCalls.recv(fd.sysfd(), Objects.requireNonNull(direct), offset, length, errno);
  }

  @Override
  protected int sysWrite(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length) {
    ErrnoCell errno = fd.errno(true);
    return heap != null
        ? SocketCalls.send(fd.sysfd(), heap, offset, length, errno)
        : SocketCalls.send(fd.sysfd(), Objects.requireNonNull(direct), offset, length, errno);
  }

  @Override
  protected int sysAccept(FD fd, byte[] address, int[] length) {
    return SocketCalls.accept(fd.sysfd(), address, length, fd.errno(false));
  }

  @Override
  protected int sysConnect(FD fd, byte[] address) {
    return SocketCalls.connect(fd.sysfd(), address, fd.errno(true));
  }

  @Override
  protected int sysPendingError(FD fd) {
    int[] value = new int[1];
    int rc =
        SocketCalls.getsockopt(
            fd.sysfd(), SocketCalls.SOL_SOCKET, SocketCalls.SO_ERROR, value, fd.errno(true));
    return rc < 0 ? rc : value[0];
  }

  @Override
  protected int sysHasPeer(FD fd) {
    byte[] address = new byte[SocketAddresses.MAX_LENGTH];
    return SocketCalls.getpeername(fd.sysfd(), address, new int[1], fd.errno(true));
  }
}
