package dev.loompoll.gallery;

import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketCalls;
import java.util.Arrays;

/**
 * What must be remembered of a connection while nobody waits for it: this is the state per
 * descriptor that makes non-blocking code hard. A thread of its own would keep it on its stack, as
 * the place in the code that it has reached.
 *
 * <p>An echo has the least possible: bytes that were read and that the kernel has not taken yet.
 *
 * <pre>
 *              read n, sent n
 *               +--------+
 *               v        |     sent less than was read
 *   accepted -> READS ---+-------------------------------> OWES
 *                | ^                                        |
 *                | +----------------------------------------+
 *   end of       |          sent all that was owed          | error
 *   stream,      v                                          v
 *   error      DONE                                       DONE
 * </pre>
 *
 * <p>While it owes it does not read. So a peer that sends and never reads fills its own socket
 * buffers, and never our memory; and the end of the stream is seen only when nothing is owed.
 *
 * <p>Belongs to the thread of its loop.
 */
final class EchoState {
  /** What came of a step. */
  enum Step {
    /** Something was moved; there may be more to do. */
    MOVED,
    /** Nothing can be done before the kernel has data, or room if the connection {@link #owes}. */
    WAITS,
    /** The connection is to be closed. */
    DONE
  }

  private static final byte[] NOTHING = {};

  private final int fd;

  // Owed: [from, owed.length).
  private byte[] owed = NOTHING;
  private int from;

  /** Takes over a non-blocking descriptor. */
  EchoState(int fd) {
    this.fd = fd;
  }

  int fd() {
    return fd;
  }

  /** Whether it waits for room to write, and not for data. */
  boolean owes() {
    return from < owed.length;
  }

  /**
   * Sends what is owed, or else reads once and sends that. Never waits.
   *
   * @param buffer to read into; what it holds means nothing afterwards
   */
  Step step(byte[] buffer, ErrnoCell errno) {
    return owes() ? sendOwed(errno) : echo(buffer, errno);
  }

  private Step sendOwed(ErrnoCell errno) {
    int n = SocketCalls.send(fd, owed, from, owed.length - from, errno);
    if (n < 0) {
      return failed(n);
    }
    from += n;
    if (!owes()) {
      owed = NOTHING;
      from = 0;
    }
    return Step.MOVED;
  }

  private Step echo(byte[] buffer, ErrnoCell errno) {
    int read = SocketCalls.recv(fd, buffer, 0, buffer.length, errno);
    if (read < 0) {
      return failed(read);
    }
    if (read == 0) {
      return Step.DONE;
    }
    int sent = SocketCalls.send(fd, buffer, 0, read, errno);
    if (sent < 0 && failed(sent) == Step.DONE) {
      return Step.DONE;
    }
    if (sent < read) {
      owed = Arrays.copyOfRange(buffer, Math.max(sent, 0), read);
    }
    return Step.MOVED;
  }

  private static Step failed(int result) {
    return switch (-result) {
      case Errno.EAGAIN -> Step.WAITS;
      case Errno.EINTR -> Step.MOVED;
      default -> Step.DONE; // reset by the peer, mostly
    };
  }

  void close() {
    var unused = FdCalls.close(fd);
  }
}
