package dev.loompoll.gallery;

import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import java.net.SocketException;

/** An eventfd among the descriptors that a loop waits for, by which another thread wakes it. */
final class Bell {
  private final int fd;

  Bell() throws SocketException {
    fd = FdCalls.eventfd(new ErrnoCell());
    if (fd < 0) {
      throw EventLoop.failure("eventfd", fd);
    }
  }

  int fd() {
    return fd;
  }

  /** Any thread; not after close. */
  void ring() {
    var unused = FdCalls.eventfdWrite(fd, new ErrnoCell()); // fails when it has rung 2^64 times
  }

  /** The loop has heard it. */
  void hush() {
    var unused = Posix.readLong(fd); // fails when it has not rung
  }

  void close() {
    var unused = FdCalls.close(fd);
  }
}
