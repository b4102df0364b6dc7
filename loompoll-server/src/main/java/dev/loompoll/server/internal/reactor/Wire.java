package dev.loompoll.server.internal.reactor;

import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketCalls;
import dev.loompoll.server.internal.Inbound;

/**
 * A connected socket under an edge-triggered poller: what the kernel has said of it and not taken
 * back. The loop's alone. Its calls return 0 or an errno, and take the ends of their own readiness,
 * interrupts too, as 0.
 */
final class Wire {
  /** The most that one read is asked for, as it moves no more. */
  private static final int MAX_READ = 64 * 1024;

  private static final int READABLE = ~EpollCalls.EPOLLOUT;
  private static final int WRITABLE = ~(EpollCalls.EPOLLIN | EpollCalls.EPOLLPRI);

  /** What arriving data says; anything else may stand behind it: an end, urgent data. */
  private static final int PLAIN = EpollCalls.EPOLLIN | EpollCalls.EPOLLOUT;

  final int fd;
  boolean readable;
  boolean writable = true;

  /** The peer has ended its stream, and all of it was read. */
  boolean eof;

  /** How many bytes the last {@link #receive} or {@link #discard} has moved. */
  int moved;

  /** Whether anything was ever sent. */
  boolean everSent;

  /** A read that returned less than it could may have been stopped by more than a lack of data. */
  private boolean exact;

  Wire(int fd) {
    this.fd = fd;
  }

  void ready(int events) {
    readable |= (events & READABLE) != 0;
    writable |= (events & WRITABLE) != 0;
    exact |= (events & ~PLAIN) != 0;
  }

  int receive(Inbound<?> in, ErrnoCell errno) {
    byte[] array = in.space();
    int asked = Math.min(in.length(), MAX_READ);
    int error = took(SocketCalls.recv(fd, array, in.offset(), asked, errno));
    if (moved > 0) {
      readable = exact || moved == asked; // less is all that there was; more will be an event
      in.received(moved);
    }
    return error;
  }

  /** Reads what nobody wants. */
  int discard(byte[] scratch, ErrnoCell errno) {
    return took(SocketCalls.recv(fd, scratch, 0, scratch.length, errno));
  }

  private int took(int n) {
    moved = Math.max(n, 0);
    eof |= n == 0;
    readable &= n > 0 || n == -Errno.EINTR;
    return n >= 0 || n == -Errno.EAGAIN || n == -Errno.EINTR ? 0 : -n;
  }

  int flush(Outbound out, EventLoop loop) {
    everSent = true;
    int error = -out.flush(fd, loop);
    writable = error == 0;
    return error == Errno.EAGAIN ? 0 : error;
  }

  /** The peer will see the end of the stream. */
  int endOutput(ErrnoCell errno) {
    return -SocketCalls.shutdown(fd, SocketCalls.SHUT_WR, errno);
  }

  /** By a reset, or in order, when the kernel goes on to send what it has taken. */
  void close(boolean reset, ErrnoCell errno) {
    if (reset) {
      int[] atOnce = {1, 0};
      SocketCalls.setsockopt(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_LINGER, atOnce, errno);
    }
    FdCalls.close(fd);
  }
}
