package dev.loompoll;

import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.net.Sockets;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection. Reads and writes block the calling thread, virtual or platform, and nothing
 * else; any number of threads may call any method at once. Reads exclude each other and so do
 * writes, so that concurrent writes never mix their bytes; a read and a write run side by side.
 *
 * <p>Every operation that waits can end early:
 *
 * <ul>
 *   <li>by its <b>deadline</b>, with {@link DeadlineExceededException}. A deadline is an absolute
 *       time, for reads and writes apart, and holds for pending and future operations until it is
 *       changed. One that has passed wins over data that is there. Setting a later one revives the
 *       connection.
 *   <li>by {@link #close} on another thread, with {@link ConnClosedException};
 *   <li>by an <b>interrupt</b>, with {@link java.io.InterruptedIOException}; the thread's flag
 *       stays set, the connection open, and no byte is lost. It is looked at before waiting only:
 *       data that is there is read all the same.
 * </ul>
 *
 * <p>Exceptions of a write that moved some bytes say how many in {@code bytesTransferred}. Nagle's
 * delay is off and keep-alive is on, every 15 s, as in Go.
 */
public final class Conn
    implements GatheringByteChannel, ScatteringByteChannel, java.nio.channels.ByteChannel {
  /** Several buffers are gathered into one system call, and one packet, up to this many bytes. */
  private static final int GATHERED = 64 * 1024;

  private final NetFD fd;

  Conn(NetFD fd) {
    this.fd = fd;
  }

  // ---- reading

  /** As {@link #read(byte[], int, int)} with the whole array. */
  public int read(byte[] b) throws IOException {
    return readResult(fd.read(b, null, 0, b.length));
  }

  /**
   * Reads what is there, waiting for it if nothing is.
   *
   * @return how many bytes, at least 1; 0 only if {@code length} is 0; -1 at the end of the stream
   */
  public int read(byte[] b, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, b.length);
    return readResult(fd.read(b, null, offset, length));
  }

  /** Reads into the buffer's remaining room; as {@link #read(byte[], int, int)}. */
  @Override
  public int read(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int position = dst.position();
    long result =
        dst.hasArray()
            ? fd.read(dst.array(), null, dst.arrayOffset() + position, dst.remaining())
            : fd.read(null, dst, position, dst.remaining());
    int n = readResult(result);
    if (n > 0) {
      dst.position(position + n);
    }
    return n;
  }

  private int readResult(long result) throws IOException {
    if (Result.isOk(result)) {
      return Result.count(result);
    }
    if (Result.code(result) == Result.EOF) {
      return -1;
    }
    throw Failures.of("read", fd, result);
  }

  @Override
  public long read(ByteBuffer[] dsts) throws IOException {
    return read(dsts, 0, dsts.length);
  }

  /** Fills one buffer after another with what one read finds. */
  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, dsts.length);
    long room = 0;
    ByteBuffer only = null;
    for (int i = offset; i < offset + length; i++) {
      if (dsts[i].isReadOnly()) {
        throw new ReadOnlyBufferException();
      }
      if (dsts[i].hasRemaining()) {
        only = room == 0 ? dsts[i] : null;
        room += dsts[i].remaining();
      }
    }
    if (room == 0) {
      return readResult(fd.read(new byte[0], null, 0, 0));
    }
    if (only != null) {
      return read(only);
    }
    byte[] gathered = new byte[(int) Math.min(room, GATHERED)];
    int n = read(gathered);
    int done = 0;
    for (int i = offset; i < offset + length && done < n; i++) {
      int part = Math.min(dsts[i].remaining(), n - done);
      dsts[i].put(gathered, done, part);
      done += part;
    }
    return n;
  }

  // ---- writing

  /** As {@link #write(byte[], int, int)} with the whole array. */
  public void write(byte[] b) throws IOException {
    write(b, 0, b.length);
  }

  /** Writes all of it, waiting while the kernel's buffer is full. */
  public void write(byte[] b, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, b.length);
    long result = fd.write(b, null, offset, length);
    if (!Result.isOk(result)) {
      throw Failures.of("write", fd, result);
    }
  }

  /** Writes all that remains in the buffer. On failure its position says what went. */
  @Override
  public int write(ByteBuffer src) throws IOException {
    int position = src.position();
    int length = src.remaining();
    long result;
    if (src.hasArray()) {
      result = fd.write(src.array(), null, src.arrayOffset() + position, length);
    } else if (src.isDirect()) {
      result = fd.write(null, src, position, length);
    } else {
      byte[] copy = new byte[length]; // read-only over an array
      src.get(position, copy);
      result = fd.write(copy, null, 0, length);
    }
    src.position(position + Result.count(result));
    if (!Result.isOk(result)) {
      throw Failures.of("write", fd, result);
    }
    return length;
  }

  @Override
  public long write(ByteBuffer[] srcs) throws IOException {
    return write(srcs, 0, srcs.length);
  }

  /**
   * Writes all that remains in the buffers, one after another. Up to 64 KiB go in one system call;
   * of more than that, another thread's write can come in between.
   */
  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, srcs.length);
    long total = 0;
    int i = offset;
    int end = offset + length;
    while (i < end) {
      int first = i;
      int bytes = 0;
      while (i < end && bytes + (long) srcs[i].remaining() <= GATHERED) {
        bytes += srcs[i++].remaining();
      }
      try {
        if (i - first <= 1) {
          total += write(srcs[first]);
          i = first + 1;
        } else {
          total += writeGathered(srcs, first, i, bytes);
        }
      } catch (InterruptedIOException e) { // a deadline or an interrupt: all that went counts
        e.bytesTransferred += (int) Math.min(total, Integer.MAX_VALUE - e.bytesTransferred);
        throw e;
      }
    }
    return total;
  }

  private int writeGathered(ByteBuffer[] srcs, int from, int to, int bytes) throws IOException {
    byte[] gathered = new byte[bytes];
    int done = 0;
    for (int i = from; i < to; i++) {
      int n = srcs[i].remaining();
      srcs[i].get(srcs[i].position(), gathered, done, n);
      done += n;
    }
    long result = fd.write(gathered, null, 0, bytes);
    int went = Result.count(result);
    for (int i = from; i < to && went > 0; i++) {
      int n = Math.min(srcs[i].remaining(), went);
      srcs[i].position(srcs[i].position() + n);
      went -= n;
    }
    if (!Result.isOk(result)) {
      throw Failures.of("write", fd, result);
    }
    return bytes;
  }

  // ---- streams

  /** This connection as a stream; closing the stream closes the connection. */
  public InputStream inputStream() {
    return new ConnInputStream(this);
  }

  /** This connection as an unbuffered stream; closing the stream closes the connection. */
  public OutputStream outputStream() {
    return new ConnOutputStream(this);
  }

  // ---- deadlines

  /**
   * Sets the read and the write deadline.
   *
   * @param nanoTime on the scale of {@link System#nanoTime}; a time that has passed ends pending
   *     operations at once. Without effect on a closed connection.
   */
  public void setDeadline(long nanoTime) {
    Deadlines.set(fd, true, true, nanoTime);
  }

  /** Sets both deadlines, counted from now. */
  public void setDeadline(Duration fromNow) {
    Deadlines.set(fd, true, true, fromNow);
  }

  /** Removes both deadlines. */
  public void clearDeadline() {
    Deadlines.clear(fd, true, true);
  }

  /** Sets the read deadline, on the scale of {@link System#nanoTime}. */
  public void setReadDeadline(long nanoTime) {
    Deadlines.set(fd, true, false, nanoTime);
  }

  /** Sets the read deadline, counted from now. */
  public void setReadDeadline(Duration fromNow) {
    Deadlines.set(fd, true, false, fromNow);
  }

  /** Removes the read deadline. */
  public void clearReadDeadline() {
    Deadlines.clear(fd, true, false);
  }

  /** Sets the write deadline, on the scale of {@link System#nanoTime}. */
  public void setWriteDeadline(long nanoTime) {
    Deadlines.set(fd, false, true, nanoTime);
  }

  /** Sets the write deadline, counted from now. */
  public void setWriteDeadline(Duration fromNow) {
    Deadlines.set(fd, false, true, fromNow);
  }

  /** Removes the write deadline. */
  public void clearWriteDeadline() {
    Deadlines.clear(fd, false, true);
  }

  // ---- closing

  /**
   * No more reading: reads return -1, those that wait too ({@code SHUT_RD}). What the peer still
   * sends is never seen.
   */
  public void closeRead() throws IOException {
    check("closeRead", fd.shutdown(SocketCalls.SHUT_RD));
  }

  /** No more writing: the peer reads to the end of what was written ({@code SHUT_WR}). */
  public void closeWrite() throws IOException {
    check("closeWrite", fd.shutdown(SocketCalls.SHUT_WR));
  }

  /**
   * Closes. Operations that wait end with {@link ConnClosedException}; it returns when none of them
   * can touch the descriptor any more. Not interruptible. Closing again does nothing. With a linger
   * time it blocks the carrier until the peer has everything.
   */
  @Override
  public void close() throws IOException {
    int code = fd.close();
    if (code == Result.OK) {
      Counters.CLOSES.increment();
    } else if (code > 0) {
      throw Failures.of("close", fd, Result.of(0, code));
    }
  }

  /** Whether this side has not closed it. */
  @Override
  public boolean isOpen() {
    return fd.isOpen();
  }

  // ---- addresses and options

  /** This side's address; null if it was never asked for before close. */
  public @Nullable InetSocketAddress localAddress() {
    return fd.localAddress();
  }

  /** The peer's address. Also after close. */
  public InetSocketAddress remoteAddress() {
    return Objects.requireNonNull(fd.remoteAddress());
  }

  /** Whether small writes go out at once ({@code TCP_NODELAY}); on by default. */
  public void setNoDelay(boolean on) throws IOException {
    option("setNoDelay", SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY, on ? 1 : 0);
  }

  /** Whether TCP probes an idle peer ({@code SO_KEEPALIVE}); on by default. */
  public void setKeepAlive(boolean on) throws IOException {
    option("setKeepAlive", SocketCalls.SOL_SOCKET, SocketCalls.SO_KEEPALIVE, on ? 1 : 0);
  }

  /**
   * Turns keep-alive on.
   *
   * @param idle before the first probe, and {@code interval} between probes: 1 s to 32767 s,
   *     rounded up to seconds
   * @param count probes without an answer until the connection is given up, 1 to 127
   */
  public void setKeepAlive(Duration idle, Duration interval, int count) throws IOException {
    Dialer.checkKeepAlive(idle);
    Dialer.checkKeepAlive(interval);
    setKeepAlive(true);
    String what = "setKeepAlive";
    int tcp = SocketCalls.IPPROTO_TCP;
    option(what, tcp, SocketCalls.TCP_KEEPIDLE, Sockets.seconds(idle));
    option(what, tcp, SocketCalls.TCP_KEEPINTVL, Sockets.seconds(interval));
    option(what, tcp, SocketCalls.TCP_KEEPCNT, count);
  }

  /**
   * What close does with data not sent yet ({@code SO_LINGER}).
   *
   * @param seconds negative: send in the background, the default; 0: discard and reset; else wait
   *     at most so long
   */
  public void setLinger(int seconds) throws IOException {
    int[] linger = {seconds >= 0 ? 1 : 0, Math.max(seconds, 0)};
    check("setLinger", fd.setsockopt(SocketCalls.SOL_SOCKET, SocketCalls.SO_LINGER, linger));
  }

  /** Asks for a receive buffer of so many bytes; the kernel doubles and limits it. */
  public void setReadBuffer(int bytes) throws IOException {
    option("setReadBuffer", SocketCalls.SOL_SOCKET, SocketCalls.SO_RCVBUF, bytes);
  }

  /** Asks for a send buffer of so many bytes; the kernel doubles and limits it. */
  public void setWriteBuffer(int bytes) throws IOException {
    option("setWriteBuffer", SocketCalls.SOL_SOCKET, SocketCalls.SO_SNDBUF, bytes);
  }

  private void option(String what, int level, int option, int value) throws IOException {
    check(what, fd.setsockopt(level, option, value));
  }

  private void check(String what, int code) throws IOException {
    if (code != Result.OK) {
      throw Failures.of(what, fd, Result.of(0, code));
    }
  }

  // ---- raw access

  /**
   * Runs a system call of the user's own under the read lock and the read deadline: {@code op} is
   * tried, and again whenever the descriptor may be readable, until it says that it is done.
   */
  public void rawRead(RawOp op) throws IOException {
    raw("rawRead", false, op);
  }

  /** The same for writing. */
  public void rawWrite(RawOp op) throws IOException {
    raw("rawWrite", true, op);
  }

  private void raw(String what, boolean write, RawOp op) throws IOException {
    try {
      check(what, fd.raw(write, unchecked(op)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Runs {@code op} once with the descriptor, beside reads and writes, for options that have no
   * method here. The descriptor stays open meanwhile. From now on a short read is not taken for an
   * empty buffer, since {@code op} may have put another protocol on the socket (kernel TLS); that
   * costs one more system call per read that waits.
   */
  public void rawControl(RawOp op) throws IOException {
    fd.neverDrained();
    try {
      check("rawControl", fd.control(unchecked(op)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static IntPredicate unchecked(RawOp op) {
    return fd -> {
      try {
        return op.attempt(fd);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  @Override
  public String toString() {
    return "Conn["
        + fd.network()
        + " "
        + Addresses.format(fd.localAddress())
        + "->"
        + Addresses.format(fd.remoteAddress())
        + "]";
  }
}
