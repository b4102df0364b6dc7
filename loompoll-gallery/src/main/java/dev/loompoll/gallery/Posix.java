package dev.loompoll.gallery;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The system calls that Loompoll itself has no use for. Every method returns the call's result, or
 * minus the errno; none throws.
 *
 * <p>All are ordinary downcalls, since nearly all of them block: a garbage collection can go on
 * meanwhile, and they take native memory only. Errno is captured in the same call.
 */
final class Posix {
  static final short POLLIN = 1;
  static final short POLLOUT = 4;

  /** The kernel tells of readiness by a signal, see fcntl(2). */
  static final int O_ASYNC = 0x2000;

  static final int O_NONBLOCK = 0x800;
  static final int F_SETFL = 4;
  static final int F_SETSIG = 10;
  static final int F_SETOWN_EX = 15;
  static final int F_OWNER_TID = 0;

  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();

  private static final MethodHandle SELECT =
      call("select", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle POLL = call("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FCNTL_INT = fcntl(JAVA_INT);
  private static final MethodHandle FCNTL_POINTER = fcntl(ADDRESS);
  private static final MethodHandle READ = call("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle ACCEPT4 =
      call("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle RECV =
      call("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SEND =
      call("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

  private Posix() {}

  // ---- handles

  static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
    return handle(name, FunctionDescriptor.of(result, arguments));
  }

  private static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    MemorySegment symbol =
        LOOKUP
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function " + name));
    Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
    all[options.length] = Linker.Option.captureCallState("errno");
    return LINKER.downcallHandle(symbol, type, all);
  }

  private static MethodHandle fcntl(ValueLayout argument) {
    return handle(
        "fcntl",
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, argument),
        Linker.Option.firstVariadicArg(2));
  }

  /** A downcall throws nothing checked, though the signature of {@code invokeExact} says so. */
  static Error unexpected(Throwable t) {
    if (t instanceof RuntimeException e) {
      throw e;
    }
    return t instanceof Error e ? e : new AssertionError("a system call threw", t);
  }

  // ---- waiting for one of many

  /** The descriptors that select is asked about, and then those of them that are ready. */
  static final class SelectSet {
    /** select(2) knows descriptors below this number only, however few there are. */
    static final int FD_SETSIZE = 1024;

    private static final int FD_SET_BYTES = FD_SETSIZE / Byte.SIZE;
    private static final long TIMEVAL_BYTES = 16;

    private final MemorySegment errno = Arena.ofAuto().allocate(JAVA_INT);
    private final MemorySegment readers = Arena.ofAuto().allocate(FD_SET_BYTES, Long.BYTES);
    private final MemorySegment writers = Arena.ofAuto().allocate(FD_SET_BYTES, Long.BYTES);
    private final MemorySegment timeval = Arena.ofAuto().allocate(TIMEVAL_BYTES, Long.BYTES);
    private int highest;

    void clear() {
      readers.fill((byte) 0);
      writers.fill((byte) 0);
      highest = -1;
    }

    /** Asks for data, or for room to write; {@code fd} is below {@link #FD_SETSIZE}. */
    void add(int fd, boolean forWriting) {
      MemorySegment set = forWriting ? writers : readers;
      long word = fd / Long.SIZE;
      set.setAtIndex(JAVA_LONG, word, set.getAtIndex(JAVA_LONG, word) | 1L << fd);
      highest = Math.max(highest, fd);
    }

    /** After the call: whether it has what it was asked for. */
    boolean has(int fd) {
      long word = fd / Long.SIZE;
      long either = readers.getAtIndex(JAVA_LONG, word) | writers.getAtIndex(JAVA_LONG, word);
      return (either & 1L << fd) != 0;
    }

    /** Waits, {@code nanos < 0} for ever, until any is ready, and leaves only those in the sets. */
    int select(long nanos) {
      MemorySegment timeout = MemorySegment.NULL;
      if (nanos >= 0) {
        long micros = (nanos + 999) / 1000; // not earlier
        timeval.setAtIndex(JAVA_LONG, 0, micros / 1_000_000);
        timeval.setAtIndex(JAVA_LONG, 1, micros % 1_000_000);
        timeout = timeval;
      }
      try {
        int n =
            (int)
                SELECT.invokeExact(
                    errno, highest + 1, readers, writers, MemorySegment.NULL, timeout);
        return n >= 0 ? n : -errno.get(JAVA_INT, 0);
      } catch (Throwable t) {
        throw unexpected(t);
      }
    }
  }

  /** The array of {@code struct pollfd} that poll is asked with, and answers in. */
  static final class PollArray {
    // struct pollfd { int fd; short events; short revents; }
    private static final long BYTES = 8;
    private static final long EVENTS = 4;
    private static final long REVENTS = 6;

    private final MemorySegment errno = Arena.ofAuto().allocate(JAVA_INT);
    private MemorySegment array = allocate(64);
    private int size;

    private static MemorySegment allocate(long n) {
      return Arena.ofAuto().allocate(n * BYTES, BYTES);
    }

    void clear() {
      size = 0;
    }

    /** Asks for {@link #POLLIN} or {@link #POLLOUT}; errors are told unasked. */
    void add(int fd, short events) {
      if (size * BYTES == array.byteSize()) {
        array = allocate(size * 2L).copyFrom(array);
      }
      array.set(JAVA_INT, size * BYTES, fd);
      array.set(ValueLayout.JAVA_SHORT, size * BYTES + EVENTS, events);
      size++;
    }

    /** After the call: whether the {@code i}-th that was added has anything. */
    boolean isReady(int i) {
      return array.get(ValueLayout.JAVA_SHORT, i * BYTES + REVENTS) != 0;
    }

    /** Waits, {@code nanos < 0} for ever, until any is ready. */
    int poll(long nanos) {
      int millis =
          nanos < 0 ? -1 : (int) Math.min((nanos + 999_999) / 1_000_000, Integer.MAX_VALUE);
      try {
        int n = (int) POLL.invokeExact(errno, array, (long) size, millis);
        return n >= 0 ? n : -errno.get(JAVA_INT, 0);
      } catch (Throwable t) {
        throw unexpected(t);
      }
    }
  }

  // ---- any descriptor

  static int fcntl(int fd, int command, int argument) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      int r = (int) FCNTL_INT.invokeExact(errno, fd, command, argument);
      return r >= 0 ? r : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** As the other, for a structure of two ints. */
  static int fcntl(int fd, int command, int first, int second) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      MemorySegment argument = arena.allocateFrom(JAVA_INT, first, second);
      int r = (int) FCNTL_POINTER.invokeExact(errno, fd, command, argument);
      return r >= 0 ? r : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** Reads 8 bytes and forgets them: sets an eventfd back to 0. */
  static int readLong(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      MemorySegment number = arena.allocate(JAVA_LONG);
      long n = (long) READ.invokeExact(errno, fd, number, (long) Long.BYTES);
      return n >= 0 ? (int) n : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  // ---- blocking sockets

  /** Blocks until there is a connection, which is a blocking socket too. */
  static int accept(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      int r =
          (int)
              ACCEPT4.invokeExact(errno, fd, MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC);
      return r >= 0 ? r : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** Blocks until there are some bytes; 0 is the end of the stream. */
  static int recv(int fd, MemorySegment buffer, MemorySegment errno) {
    try {
      long n = (long) RECV.invokeExact(errno, fd, buffer, buffer.byteSize(), 0);
      return n >= 0 ? (int) n : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** Blocks until the kernel has room; on a blocking socket, until it has taken all. */
  static int send(int fd, MemorySegment data, MemorySegment errno) {
    try {
      long n = (long) SEND.invokeExact(errno, fd, data, data.byteSize(), MSG_NOSIGNAL);
      return n >= 0 ? (int) n : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }
}
