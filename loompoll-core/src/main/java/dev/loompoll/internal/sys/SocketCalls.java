package dev.loompoll.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The socket calls of Linux, one method each. Every method returns the call's result, or minus the
 * errno; none throws. They work on non-blocking sockets only and never wait.
 *
 * <p>{@code errno} is scratch memory that no other thread may touch during the call.
 */
public final class SocketCalls {
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;

  public static final int SOL_SOCKET = 1;
  public static final int SO_REUSEADDR = 2;
  public static final int SO_ERROR = 4;
  public static final int SO_SNDBUF = 7;
  public static final int SO_RCVBUF = 8;
  public static final int SO_KEEPALIVE = 9;
  public static final int SO_LINGER = 13;
  public static final int SO_REUSEPORT = 15;
  public static final int IPPROTO_TCP = 6;
  public static final int TCP_NODELAY = 1;
  public static final int TCP_KEEPIDLE = 4;
  public static final int TCP_KEEPINTVL = 5;
  public static final int TCP_KEEPCNT = 6;
  public static final int IPPROTO_IPV6 = 41;
  public static final int IPV6_V6ONLY = 26;

  public static final int SHUT_RD = 0;
  public static final int SHUT_WR = 1;

  private static final int SOCK_STREAM = 1;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  private static final MethodHandle SOCKET = quick("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = quick("bind", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LISTEN = quick("listen", JAVA_INT, JAVA_INT);
  private static final MethodHandle CONNECT = quick("connect", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle ACCEPT4 =
      quick("accept4", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKNAME = quick("getsockname", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle GETPEERNAME = quick("getpeername", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SETSOCKOPT =
      quick("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKOPT =
      quick("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SHUTDOWN = quick("shutdown", JAVA_INT, JAVA_INT);
  private static final MethodHandle RECV =
      Libc.quickTransfer(
          "recv",
          45,
          207,
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SEND =
      Libc.quickTransfer(
          "send",
          44,
          206,
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private static final int MAX = Libc.MAX_CHUNK;

  private SocketCalls() {}

  private static MethodHandle quick(String name, java.lang.foreign.MemoryLayout... arguments) {
    return Libc.quick(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** A non-blocking, close-on-exec stream socket. */
  public static int socket(int family, ErrnoCell errno) {
    try {
      int fd =
          (int)
              SOCKET.invokeExact(
                  errno.segment(), family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      return fd >= 0 ? fd : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** {@code address} as {@link SocketAddresses#encode} made it. */
  public static int bind(int fd, byte[] address, ErrnoCell errno) {
    try {
      int r =
          (int)
              BIND.invokeExact(errno.segment(), fd, MemorySegment.ofArray(address), address.length);
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int listen(int fd, int backlog, ErrnoCell errno) {
    try {
      int r = (int) LISTEN.invokeExact(errno.segment(), fd, backlog);
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int connect(int fd, byte[] address, ErrnoCell errno) {
    try {
      int r =
          (int)
              CONNECT.invokeExact(
                  errno.segment(), fd, MemorySegment.ofArray(address), address.length);
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /**
   * Accepts one connection, non-blocking and close-on-exec.
   *
   * @param address receives the peer's address; at least {@link SocketAddresses#MAX_LENGTH} bytes
   * @param length receives the address's length in its first element
   */
  public static int accept(int fd, byte[] address, int[] length, ErrnoCell errno) {
    length[0] = address.length;
    try {
      int r =
          (int)
              ACCEPT4.invokeExact(
                  errno.segment(),
                  fd,
                  MemorySegment.ofArray(address),
                  MemorySegment.ofArray(length),
                  SOCK_NONBLOCK | SOCK_CLOEXEC);
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int getsockname(int fd, byte[] address, int[] length, ErrnoCell errno) {
    length[0] = address.length;
    try {
      int r =
          (int)
              GETSOCKNAME.invokeExact(
                  errno.segment(),
                  fd,
                  MemorySegment.ofArray(address),
                  MemorySegment.ofArray(length));
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int getpeername(int fd, byte[] address, int[] length, ErrnoCell errno) {
    length[0] = address.length;
    try {
      int r =
          (int)
              GETPEERNAME.invokeExact(
                  errno.segment(),
                  fd,
                  MemorySegment.ofArray(address),
                  MemorySegment.ofArray(length));
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int setsockopt(int fd, int level, int option, int value, ErrnoCell errno) {
    return setsockopt(fd, level, option, new int[] {value}, errno);
  }

  /** {@code struct linger} and its like: the option's value is all of {@code value}. */
  public static int setsockopt(int fd, int level, int option, int[] value, ErrnoCell errno) {
    try {
      int r =
          (int)
              SETSOCKOPT.invokeExact(
                  errno.segment(),
                  fd,
                  level,
                  option,
                  MemorySegment.ofArray(value),
                  value.length * Integer.BYTES);
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Reads an option of int type into {@code value[0]}. */
  public static int getsockopt(int fd, int level, int option, int[] value, ErrnoCell errno) {
    int[] length = {Integer.BYTES};
    try {
      int r =
          (int)
              GETSOCKOPT.invokeExact(
                  errno.segment(),
                  fd,
                  level,
                  option,
                  MemorySegment.ofArray(value),
                  MemorySegment.ofArray(length));
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  public static int shutdown(int fd, int how, ErrnoCell errno) {
    try {
      int r = (int) SHUTDOWN.invokeExact(errno.segment(), fd, how);
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** From {@code offset} on. Most calls begin at 0, and need no slice. */
  private static MemorySegment segment(byte[] buffer, int offset) {
    MemorySegment all = MemorySegment.ofArray(buffer);
    return offset == 0 ? all : all.asSlice(offset);
  }

  /**
   * Whether {@code recv} and {@code send} need an errno cell; else null will do. A constant, so
   * that nothing is left of a cell that is not looked for.
   */
  public static final boolean TRANSFERS_NEED_ERRNO = !DirectCalls.present();

  /** Receives at most {@code length} bytes, and at most 64 KiB; 0 means end of stream. */
  public static int recv(int fd, byte[] buffer, int offset, int length, @Nullable ErrnoCell errno) {
    return transfer(
        DirectCalls.RECV, RECV, fd, segment(buffer, offset), Math.min(length, MAX), 0, errno);
  }

  /** As the other, into {@code [offset, offset + length)} of a direct buffer. */
  public static int recv(
      int fd, ByteBuffer buffer, int offset, int length, @Nullable ErrnoCell errno) {
    MemorySegment to = MemorySegment.ofBuffer(buffer.slice(offset, length));
    return transfer(DirectCalls.RECV, RECV, fd, to, Math.min(length, MAX), 0, errno);
  }

  /** Sends at most {@code length} bytes, and at most 64 KiB, without SIGPIPE. */
  public static int send(int fd, byte[] buffer, int offset, int length, @Nullable ErrnoCell errno) {
    MemorySegment from = segment(buffer, offset);
    return transfer(DirectCalls.SEND, SEND, fd, from, Math.min(length, MAX), MSG_NOSIGNAL, errno);
  }

  /** As the other, from {@code [offset, offset + length)} of a direct buffer. */
  public static int send(
      int fd, ByteBuffer buffer, int offset, int length, @Nullable ErrnoCell errno) {
    MemorySegment from = MemorySegment.ofBuffer(buffer.slice(offset, length));
    return transfer(DirectCalls.SEND, SEND, fd, from, Math.min(length, MAX), MSG_NOSIGNAL, errno);
  }

  private static int transfer(
      @Nullable MethodHandle direct,
      MethodHandle byLibc,
      int fd,
      MemorySegment buffer,
      long length,
      int flags,
      @Nullable ErrnoCell errno) {
    try {
      if (direct != null) {
        return (int) (long) direct.invokeExact(fd, buffer, length, flags);
      }
      ErrnoCell cell = Objects.requireNonNull(errno);
      // No transfer moves more than an int can count.
      int n = (int) (long) byLibc.invokeExact(cell.segment(), fd, buffer, length, flags);
      return n >= 0 ? n : -cell.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }
}
