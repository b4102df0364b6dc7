package dev.loompoll.server.internal.reactor;

import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one connection. The one handler that runs adds, on its thread; the loop
 * sends.
 *
 * <p>Small buffers are gathered by copying them to the loop's scratch array. {@code writev} would
 * copy too: its vector holds addresses, and an array on the heap has none that lasts.
 */
final class Outbound {
  /** What a loop's own thread, which must not wait, may leave unsent. */
  static final long HARD_BOUND = 64L * 1024 * 1024;

  /** A buffer that is so long goes by itself, from where it is. */
  private static final int LONG = 16 * 1024;

  private final int high;
  private final int low;
  private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

  /** At least the bytes of {@link #buffers}: grows before one is added, shrinks after a send. */
  private final AtomicLong size = new AtomicLong();

  /** Who waits for room. Written by itself before it looks at {@link #size} for the last time. */
  private volatile @Nullable Thread waiter;

  /** Why nothing can be sent any more. Written once, by the loop. */
  private volatile @Nullable String closed;

  Outbound(int low, int high) {
    this.low = low;
    this.high = high;
  }

  long size() {
    return size.get();
  }

  boolean isEmpty() {
    return size.get() == 0;
  }

  /** Whether nothing more should be read from who does not read. */
  boolean isHigh() {
    return size.get() >= high;
  }

  boolean isLow() {
    return size.get() <= low;
  }

  /** Not on the loop's thread: above the high mark waits first, until it is below the low one. */
  void add(ByteBuffer buffer) throws IOException {
    if (isHigh()) {
      awaitLow();
    }
    append(buffer);
  }

  /** Does not wait. */
  void addAtOnce(ByteBuffer buffer) throws IOException {
    if (size.get() + buffer.remaining() > HARD_BOUND) {
      throw new IOException(
          "the client does not read: " + size.get() + " bytes wait to be sent already");
    }
    append(buffer);
  }

  private void append(ByteBuffer buffer) throws IOException {
    checkOpen();
    size.addAndGet(buffer.remaining());
    buffers.add(buffer);
  }

  private void checkOpen() throws ClientGone {
    String why = closed;
    if (why != null) {
      throw new ClientGone(why);
    }
  }

  private void awaitLow() throws IOException {
    waiter = Thread.currentThread();
    try {
      while (!isLow() && closed == null) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted while the client did not read");
        }
        LockSupport.park(this);
      }
    } finally {
      waiter = null;
    }
  }

  // ---- of the loop

  /** Sends what the kernel takes; 0 if that was all, else minus the errno. */
  int flush(int fd, EventLoop loop) {
    for (ByteBuffer head; (head = buffers.peek()) != null; ) {
      boolean alone = size.get() == head.remaining();
      int n = alone || head.remaining() >= LONG ? send(fd, head, loop) : sendSome(fd, loop);
      if (n > 0) {
        sent(n);
      } else if (n != -Errno.EINTR) {
        return n == 0 ? -Errno.EIO : n;
      }
    }
    return 0;
  }

  private static int send(int fd, ByteBuffer b, EventLoop loop) {
    if (b.isDirect()) {
      return SocketCalls.send(fd, b, b.position(), b.remaining(), loop.errno);
    }
    if (b.hasArray()) {
      return SocketCalls.send(
          fd, b.array(), b.arrayOffset() + b.position(), b.remaining(), loop.errno);
    }
    int n = Math.min(b.remaining(), loop.scratch.length);
    b.get(b.position(), loop.scratch, 0, n);
    return SocketCalls.send(fd, loop.scratch, 0, n, loop.errno);
  }

  private int sendSome(int fd, EventLoop loop) {
    byte[] all = loop.scratch;
    int length = 0;
    for (ByteBuffer b : buffers) {
      int n = Math.min(b.remaining(), all.length - length);
      b.get(b.position(), all, length, n);
      length += n;
      if (length == all.length) {
        break;
      }
    }
    return SocketCalls.send(fd, all, 0, length, loop.errno);
  }

  private void sent(int n) {
    for (int left = n; left > 0; ) {
      ByteBuffer head = buffers.element();
      int part = Math.min(left, head.remaining());
      head.position(head.position() + part);
      left -= part;
      if (!head.hasRemaining()) {
        buffers.remove();
      }
    }
    if (size.addAndGet(-n) <= low) {
      wakeWaiter();
    }
  }

  /** Nothing is sent any more; who waits is told. */
  void close(String why) {
    closed = why;
    buffers.clear();
    wakeWaiter();
  }

  private void wakeWaiter() {
    Thread t = waiter;
    if (t != null) {
      LockSupport.unpark(t);
    }
  }
}
