package dev.loompoll.internal.poll;

import dev.loompoll.internal.sys.Errno;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A back end that is told when a descriptor is ready, edge by edge, and then does the call itself:
 * try, and after EAGAIN wait.
 *
 * <p><b>The short-read rule.</b> A read that got less than it asked for has emptied the kernel's
 * buffer, so it stands for EAGAIN: the descriptor is <em>drained</em>, and the next read waits
 * before it asks the kernel again. It resets nothing before that wait: what came since the short
 * read is READY, and taken. Two things break the rule. The peer's FIN may come in one edge with the
 * last data, and urgent data ends a read early; so once an event spoke of RDHUP, HUP, ERR or PRI,
 * the descriptor is never drained again (the flag is set before READY is, hence seen by whoever was
 * woken). And an await that ends with an error may have used up READY: drained is cleared then.
 */
public abstract class ReadinessPoller extends Poller {
  // The system calls: the third seam. Each returns what the kernel would, or minus the errno.

  protected abstract int sysRead(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length);

  protected abstract int sysWrite(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length);

  protected abstract int sysAccept(FD fd, byte[] address, int[] length);

  protected abstract int sysConnect(FD fd, byte[] address);

  /** SO_ERROR: 0, an errno, or minus the errno of the call itself. */
  protected abstract int sysPendingError(FD fd);

  /** getpeername, for its errno only. */
  protected abstract int sysHasPeer(FD fd);

  /** The way of most reads, straight and small, so that it becomes part of what calls it. */
  @Override
  protected final long read(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length) {
    // fd.pd, time and again: what is kept in a variable over a park is copied twice for it.
    int code = fd.pd.drained ? fd.await(false, Result.NOW) : Result.NOW;
    if (code != Result.OK) {
      return readNow(fd, heap, direct, offset, length, code);
    }
    int n = sysRead(fd, heap, direct, offset, length);
    return n > 0 ? hasRead(fd, n, length) : readAgain(fd, heap, direct, offset, length, n);
  }

  /** One that has not waited, or must not go on; {@code code} says which. */
  private long readNow(
      FD fd,
      byte @Nullable [] heap,
      @Nullable ByteBuffer direct,
      int offset,
      int length,
      int code) {
    if (code != Result.NOW) {
      fd.pd.drained = false;
      return Result.failed(code);
    }
    if (!fd.pd.drained) { // else await() has checked, and nothing is reset
      code = fd.pd.check(false);
      if (code != Result.OK) {
        return Result.failed(code);
      }
      fd.pd.reset(false);
    }
    int n = sysRead(fd, heap, direct, offset, length);
    return n > 0
        ? Result.DUE | hasRead(fd, n, length)
        : readAgain(fd, heap, direct, offset, length, n);
  }

  private static long hasRead(FD fd, int n, int length) {
    fd.pd.drained = n < Math.min(length, FD.MAX_CHUNK) && fd.pd.mayDrain();
    return Result.ok(n);
  }

  /** After a try that has moved nothing; {@code n} is what it said. */
  private long readAgain(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length, int n) {
    fd.pd.drained = false;
    while (n < 0) {
      if (n == -Errno.EAGAIN) {
        int code = fd.await(false, Result.OK);
        if (code != Result.OK) {
          return Result.failed(code);
        }
      } else if (n != -Errno.EINTR) {
        return Result.failed(-n);
      }
      n = sysRead(fd, heap, direct, offset, length);
    }
    return n > 0 ? Result.DUE | hasRead(fd, n, length) : Result.failed(Result.EOF);
  }

  /**
   * The first try goes without a reset, which would cost an atomic exchange on every write, and one
   * more in the poller, since each event of arriving data says "writable" too. Only after EAGAIN
   * does it reset and try once more: from then on an edge cannot be missed.
   */
  @Override
  protected final long write(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length) {
    PollDesc pd = fd.pd;
    int code = pd.check(true);
    if (code != Result.OK) {
      return Result.failed(code);
    }
    boolean reset = false;
    for (; ; ) {
      int n = sysWrite(fd, heap, direct, offset, length);
      if (n > 0) {
        return Result.ok(n);
      }
      if (n == -Errno.EAGAIN) {
        if (!reset) {
          pd.reset(true);
          reset = true;
          continue;
        }
        code = fd.await(true, Result.OK);
        if (code != Result.OK) {
          return Result.failed(code);
        }
      } else if (n != -Errno.EINTR) {
        return Result.failed(n == 0 ? Errno.EIO : -n);
      }
    }
  }

  @Override
  protected final long accept(FD fd, byte[] address, int[] length) {
    PollDesc pd = fd.pd;
    int code = pd.check(false);
    if (code != Result.OK) {
      return Result.failed(code);
    }
    pd.reset(false);
    for (; ; ) {
      int n = sysAccept(fd, address, length);
      if (n >= 0) {
        return Result.ok(n);
      }
      if (n == -Errno.EAGAIN) {
        code = fd.await(false, Result.OK);
        if (code != Result.OK) {
          return Result.failed(code);
        }
      } else if (n != -Errno.EINTR && n != -Errno.ECONNABORTED) {
        // ECONNABORTED: the peer gave up while it was in the backlog. Not the listener's affair.
        return Result.failed(-n);
      }
    }
  }

  /**
   * Registers after connect(2): an unconnected socket reports a hang-up. A wake-up may be spurious
   * with SO_ERROR still 0, so only getpeername says that the connection is there (Go issues 14548
   * and 19289).
   */
  @Override
  protected final int connect(FD fd, byte[] address) {
    PollDesc pd = fd.pd;
    int code = pd.check(true);
    if (code != Result.OK) {
      return code;
    }
    int rc = sysConnect(fd, address);
    boolean pending = rc == -Errno.EINPROGRESS || rc == -Errno.EALREADY || rc == -Errno.EINTR;
    if (rc < 0 && rc != -Errno.EISCONN && !pending) {
      return -rc;
    }
    code = register(fd);
    if (code != 0 || !pending) {
      return code;
    }
    for (; ; ) {
      code = fd.await(true, Result.OK);
      if (code != Result.OK) {
        return code;
      }
      int error = sysPendingError(fd);
      if (error != 0) {
        error = Math.abs(error);
        if (error == Errno.EISCONN) {
          return Result.OK;
        }
        if (error != Errno.EINPROGRESS && error != Errno.EALREADY && error != Errno.EINTR) {
          return error;
        }
      } else if (sysHasPeer(fd) >= 0) {
        return Result.OK;
      }
    }
  }

  @Override
  protected final int prepareRaw(FD fd, boolean write) {
    int code = fd.pd.check(write);
    if (code == Result.OK) {
      if (!write) {
        fd.pd.drained = false;
      }
      fd.pd.reset(write);
    }
    return code;
  }

  @Override
  protected final int awaitRaw(FD fd, boolean write) {
    return fd.await(write, Result.OK);
  }
}
