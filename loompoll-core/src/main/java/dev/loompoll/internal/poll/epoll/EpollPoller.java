package dev.loompoll.internal.poll.epoll;

import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.poll.PollDesc;
import dev.loompoll.internal.poll.PollerFailure;
import dev.loompoll.internal.poll.ReadinessPoller;
import dev.loompoll.internal.sched.Machine;
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
 * <p>The wake-up is a flag, {@code waking}, and an eventfd as its bell, edge-triggered: nobody ever
 * reads it, which saves a system call for each wake-up. <b>No wake-up is lost:</b> the owner says
 * that it blocks, then looks at the flag, and does not block if that is set (both volatile); a
 * waker sets the flag, then rings. So if the owner blocks all the same, the bell rings while it
 * says so. A poll by another thread may take the bell's event away; then it looks whether the owner
 * says that it blocks, and if so rings again.
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
  private static final VarHandle BLOCKS;

  static {
    try {
      WAKING = MethodHandles.lookup().findVarHandle(EpollPoller.class, "waking", int.class);
      BLOCKS = MethodHandles.lookup().findVarHandle(EpollPoller.class, "blocks", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int epfd;
  private final int eventfd;

  /**
   * 1 from a wake-up until the blocking poll that takes it: further wake-ups need no bell. Their
   * senders published what they woke for before they saw the 1, and the owner looks for it after it
   * set the 0.
   */
  @SuppressWarnings("unused") // through WAKING
  private volatile int waking;

  /** The owner is in a blocking poll, or about to be. Written by the owner. */
  @SuppressWarnings("unused") // through BLOCKS
  private volatile boolean blocks;

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
    int rc = EpollCalls.add(epfd, eventfd, EpollCalls.EPOLLIN | EpollCalls.EPOLLET, WAKE, errno);
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

  private static final class Events extends Buffer {
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
    return timeoutNanos == 0
        ? seen(own.events.pollNow(epfd), own, false)
        : pollBlocking(timeoutNanos, own);
  }

  private int pollBlocking(long timeoutNanos, Events own) {
    BLOCKS.setVolatile(this, true);
    int n;
    if ((int) WAKING.getVolatile(this) != 0) {
      WAKING.setVolatile(this, 0);
      n = own.events.pollNow(epfd);
    } else {
      n = own.events.poll(epfd, timeoutNanos);
    }
    BLOCKS.setRelease(this, false);
    if (n < 0 && n != -Errno.EINTR) {
      LockSupport.parkNanos(1_000_000); // out of memory: do not spin, try again
    }
    return seen(n, own, true);
  }

  /** Takes {@code n} events; returns how many were of descriptors. */
  private int seen(int n, Events own, boolean blocked) {
    EventBuffer events = own.events;
    Machine by = own.machine();
    int seen = n;
    for (int at = 0; at < n * EventBuffer.STRIDE; at += EventBuffer.STRIDE) {
      int flags = events.flagsAt(at);
      long token = events.dataAt(at);
      if (flags == DATA) { // neither of the two below: they are watched for EPOLLIN alone
        descriptor(token).ready(token, true, true, 0, by);
      } else if (token == WAKE) {
        seen--;
        rung(own, blocked);
      } else if (token == NEIGHBOUR) {
        seen--;
        neighbourHasEvents(own, blocked);
      } else {
        descriptor(token)
            .ready(token, (flags & READABLE) != 0, (flags & WRITABLE) != 0, sticky(flags), by);
      }
    }
    return Math.max(seen, 0);
  }

  private void rung(Events own, boolean blocked) {
    if (blocked) {
      WAKING.setVolatile(this, 0);
    } else if ((boolean) BLOCKS.getVolatile(this)) {
      ring(own.errno); // it was for the owner
    }
  }

  /** Who blocks looks there when the wait is over; else the next wait must be over at once. */
  private void neighbourHasEvents(Events own, boolean blocked) {
    if (!blocked) {
      WAKING.setVolatile(this, 1);
      if ((boolean) BLOCKS.getVolatile(this)) {
        ring(own.errno);
      }
    }
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
      ring(errno);
    }
  }

  private void ring(ErrnoCell errno) {
    while (FdCalls.eventfdWrite(eventfd, errno) == -Errno.EINTR) {
      // again; EAGAIN, a full counter, takes centuries
    }
  }

  /** Edge-triggered: whoever waits polls the other when the wait is over. */
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
    ErrnoCell errno = SocketCalls.TRANSFERS_NEED_ERRNO ? fd.errno(false) : null;
    return heap != null
        ? SocketCalls.recv(fd.sysfd(), heap, offset, length, errno)
        : SocketCalls.recv(fd.sysfd(), Objects.requireNonNull(direct), offset, length, errno);
  }

  @Override
  protected int sysWrite(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length) {
    ErrnoCell errno = SocketCalls.TRANSFERS_NEED_ERRNO ? fd.errno(true) : null;
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
