package dev.loompoll.bench.load;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.net.Inet4Address;
import java.net.InetSocketAddress;

/**
 * The system calls of the load generator. Addresses are plain longs: nothing is allocated or copied
 * on the way, so that the generator costs no more than a C program. Every call here but ppoll
 * returns at once.
 */
final class Sys {
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int IPPROTO_IP = 0;
  private static final int IP_BIND_ADDRESS_NO_PORT = 24;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int TCP_CONGESTION = 13;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int EINPROGRESS = 115;
  private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option QUICK = Linker.Option.critical(false);
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECV = handle("recv", TRANSFER, QUICK);
  private static final MethodHandle SEND = handle("send", TRANSFER, QUICK);
  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), ERRNO);
  private static final MethodHandle CONNECT =
      handle("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT), ERRNO);
  private static final MethodHandle BIND =
      handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT), ERRNO);
  private static final MethodHandle SETSOCKOPT =
      handle(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT),
          ERRNO);
  private static final MethodHandle PPOLL =
      handle(
          "ppoll",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          ERRNO);
  private static final MethodHandle EPOLL_CREATE =
      handle("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT), ERRNO);
  private static final MethodHandle EPOLL_CTL =
      handle(
          "epoll_ctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
          ERRNO);
  private static final MethodHandle EPOLL_LOOK =
      handle(
          "epoll_wait",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT),
          QUICK);
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), ERRNO);

  private static final MemorySegment CAPTURE = Arena.global().allocate(CAPTURED);
  private static final MemorySegment SCRATCH = Arena.global().allocate(64, 8);

  private Sys() {}

  private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option option) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(() -> new UnsatisfiedLinkError(name)),
        type,
        option);
  }

  private static int errno() {
    return CAPTURE.get(JAVA_INT, ERRNO_OFFSET);
  }

  /** Native memory for the life of the process. */
  static MemorySegment allocate(long bytes) {
    return Arena.global().allocate(bytes, 64);
  }

  /** Bytes received, 0 at the end of the stream, or -1 if there is nothing or an error. */
  static long recv(int fd, MemorySegment buffer, long length) {
    try {
      return (long) RECV.invokeExact(fd, buffer.address(), length, MSG_DONTWAIT_NOSIGNAL);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** Bytes sent, or -1. */
  static long send(int fd, MemorySegment buffer, long length) {
    return send(fd, buffer.address(), length);
  }

  /** Bytes sent from a native address, or -1. */
  static long send(int fd, long address, long length) {
    try {
      return (long) SEND.invokeExact(fd, address, length, MSG_DONTWAIT_NOSIGNAL);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /**
   * Waits for something to read, in nanoseconds at most.
   *
   * @param fds {@code n} of {@code struct pollfd}
   */
  static void ppoll(MemorySegment fds, long n, long nanos) {
    SCRATCH.set(JAVA_LONG, 0, nanos / 1_000_000_000);
    SCRATCH.set(JAVA_LONG, 8, nanos % 1_000_000_000);
    try {
      int ignored = (int) PPOLL.invokeExact(CAPTURE, fds.address(), n, SCRATCH.address(), 0L);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** A connected socket, nodelay. */
  static int connect(InetSocketAddress to) throws IOException {
    return connect(to, 0);
  }

  /**
   * A connected socket, nodelay.
   *
   * @param from the last byte of its own address, 127.0.0.{@code from}: each address has ports of
   *     its own; 0 is whatever the kernel takes
   */
  static int connect(InetSocketAddress to, int from) throws IOException {
    if (!(to.getAddress() instanceof Inet4Address host)) {
      throw new IOException("not an IPv4 address: " + to);
    }
    try {
      int fd =
          check(
              "socket", (int) SOCKET.invokeExact(CAPTURE, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      bind(fd, from);
      address(to.getPort(), host.getAddress());
      int connected = (int) CONNECT.invokeExact(CAPTURE, fd, SCRATCH.address(), 16);
      if (connected < 0) {
        int errno = errno();
        close(fd);
        throw new IOException("connect " + to + ": errno " + errno);
      }
      SCRATCH.set(JAVA_INT, 0, 1);
      check("TCP_NODELAY", set(fd, IPPROTO_TCP, TCP_NODELAY, Integer.BYTES));
      SCRATCH.setString(0, "reno"); // paces nothing; where it is not allowed, so be it
      int ignored = set(fd, IPPROTO_TCP, TCP_CONGESTION, 4);
      return fd;
    } catch (IOException e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  private static void bind(int fd, int from) throws Throwable {
    if (from > 0) {
      SCRATCH.set(JAVA_INT, 0, 1); // else the port would be taken for all peers at once
      check("IP_BIND_ADDRESS_NO_PORT", set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 4));
      address(0, new byte[] {127, 0, 0, (byte) from});
      check("bind", (int) BIND.invokeExact(CAPTURE, fd, SCRATCH.address(), 16));
    }
  }

  /**
   * A socket that is being connected, nodelay: it is connected, or has failed, when it is writable.
   *
   * @param from as for {@link #connect(InetSocketAddress, int)}
   * @return its descriptor, or the negative errno of what failed at once
   */
  static int startConnect(InetSocketAddress to, int from) throws IOException {
    if (!(to.getAddress() instanceof Inet4Address host)) {
      throw new IOException("not an IPv4 address: " + to);
    }
    try {
      int kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
      int fd = (int) SOCKET.invokeExact(CAPTURE, AF_INET, kind, 0);
      if (fd < 0) {
        return -errno();
      }
      bind(fd, from);
      SCRATCH.set(JAVA_INT, 0, 1);
      check("TCP_NODELAY", set(fd, IPPROTO_TCP, TCP_NODELAY, Integer.BYTES));
      address(to.getPort(), host.getAddress());
      int connected = (int) CONNECT.invokeExact(CAPTURE, fd, SCRATCH.address(), 16);
      int errno = errno();
      if (connected < 0 && errno != EINPROGRESS) {
        close(fd);
        return -errno;
      }
      return fd;
    } catch (IOException e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** A new epoll instance. */
  static int epollCreate() throws IOException {
    try {
      return check("epoll_create1", (int) EPOLL_CREATE.invokeExact(CAPTURE, 0));
    } catch (IOException e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /**
   * @param event a {@code struct epoll_event}
   */
  static void epollCtl(int epoll, int operation, int fd, MemorySegment event) throws IOException {
    try {
      check(
          "epoll_ctl", (int) EPOLL_CTL.invokeExact(CAPTURE, epoll, operation, fd, event.address()));
    } catch (IOException e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** What is ready now, without a wait: how many events. */
  static int epollLook(int epoll, MemorySegment events, int most) {
    try {
      return (int) EPOLL_LOOK.invokeExact(epoll, events.address(), most, 0);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** A {@code struct sockaddr_in} in the scratch memory. */
  private static void address(int port, byte[] host) {
    SCRATCH.set(JAVA_LONG, 0, 0);
    SCRATCH.set(JAVA_LONG, 8, 0);
    SCRATCH.set(JAVA_SHORT, 0, (short) AF_INET);
    SCRATCH.set(JAVA_SHORT, 2, Short.reverseBytes((short) port));
    MemorySegment.copy(host, 0, SCRATCH, JAVA_BYTE, 4, 4);
  }

  private static int set(int fd, int level, int option, int length) throws Throwable {
    return (int) SETSOCKOPT.invokeExact(CAPTURE, fd, level, option, SCRATCH.address(), length);
  }

  static void close(int fd) {
    try {
      int ignored = (int) CLOSE.invokeExact(CAPTURE, fd);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  private static int check(String call, int result) throws IOException {
    if (result < 0) {
      throw new IOException(call + ": errno " + errno());
    }
    return result;
  }
}
