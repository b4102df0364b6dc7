package dev.loompoll.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * epoll (see epoll(7)). Every method returns the call's result, or minus the errno.
 *
 * <p>{@code struct epoll_event} is packed to 12 bytes on x86-64 alone, so that 32-bit programs
 * could share it; elsewhere its 64-bit data is aligned and it takes 16.
 */
public final class EpollCalls {
  public static final int EPOLLIN = 0x1;
  public static final int EPOLLPRI = 0x2;
  public static final int EPOLLOUT = 0x4;
  public static final int EPOLLERR = 0x8;
  public static final int EPOLLHUP = 0x10;
  public static final int EPOLLRDHUP = 0x2000;
  public static final int EPOLLET = 1 << 31;

  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;

  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
  private static final int EVENT_INTS = PACKED ? 3 : 4;

  private static final MethodHandle EPOLL_CREATE1 =
      Libc.quick("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle EPOLL_CTL =
      Libc.quick(
          "epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final FunctionDescriptor WAIT =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle EPOLL_WAIT_NOW = Libc.quick("epoll_wait", WAIT);
  private static final MethodHandle EPOLL_WAIT = Libc.blocking("epoll_wait", WAIT);

  /** Nanosecond timeouts: Linux 5.11 and glibc 2.35; null where the C library lacks it. */
  private static final @Nullable MethodHandle EPOLL_PWAIT2 =
      Libc.has("epoll_pwait2")
          ? Libc.blocking(
              "epoll_pwait2",
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS))
          : null;

  /** Cleared when the kernel lacks the call; written by any poller, always to the same value. */
  private static volatile boolean nanosecondWait = EPOLL_PWAIT2 != null;

  private EpollCalls() {}

  public static int create(ErrnoCell errno) {
    try {
      int fd = (int) EPOLL_CREATE1.invokeExact(errno.segment(), EPOLL_CLOEXEC);
      return fd >= 0 ? fd : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Registers {@code fd}; its events carry {@code data}. */
  public static int add(int epfd, int fd, int events, long data, ErrnoCell errno) {
    return control(epfd, EPOLL_CTL_ADD, fd, events, data, errno);
  }

  /** Watches for other events from now on. */
  public static int modify(int epfd, int fd, int events, long data, ErrnoCell errno) {
    return control(epfd, EPOLL_CTL_MOD, fd, events, data, errno);
  }

  public static int remove(int epfd, int fd, ErrnoCell errno) {
    return control(epfd, EPOLL_CTL_DEL, fd, 0, 0, errno);
  }

  private static int control(
      int epfd, int operation, int fd, int events, long data, ErrnoCell errno) {
    // Two or four ints hold the struct on either layout; x86-64 and aarch64 are little-endian.
    int low = (int) data;
    int high = (int) (data >>> 32);
    int[] event = PACKED ? new int[] {events, low, high} : new int[] {events, 0, low, high};
    try {
      int r =
          (int)
              EPOLL_CTL.invokeExact(
                  errno.segment(), epfd, operation, fd, MemorySegment.ofArray(event));
      return r >= 0 ? r : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Whether waits are exact to the nanosecond; otherwise they round up to the millisecond. */
  public static boolean hasNanosecondWait() {
    return nanosecondWait;
  }

  /**
   * Room for the events of one wait, and the wait itself. Belongs to the one thread that polls with
   * it. Its memory is never freed: polling threads live as long as the process, or are reused.
   */
  public static final class EventBuffer {
    /** One event begins so far behind the one before. */
    public static final int STRIDE = EVENT_INTS;

    private final int capacity;

    // The events as ints: three each where the struct is packed, else four. On the heap they are
    // read without the checks of a memory segment; a wait that blocks cannot write to the heap.
    private final int[] events;
    private final MemorySegment nativeEvents;
    private final MemorySegment errnoCell = Libc.errnoCell();
    private final MemorySegment timespec = Arena.global().allocate(JAVA_LONG, 2);
    private final ErrnoCell errno = new ErrnoCell();

    public EventBuffer(int capacity) {
      this.capacity = capacity;
      this.events = new int[capacity * EVENT_INTS];
      this.nativeEvents = Arena.global().allocate((long) events.length * Integer.BYTES, Long.BYTES);
    }

    /** The events that are there now; does not wait. */
    public int pollNow(int epfd) {
      MethodHandle direct = DirectCalls.EPOLL_WAIT;
      try {
        if (direct != null) {
          return (int) direct.invokeExact(epfd, MemorySegment.ofArray(events), capacity, 0);
        }
        int n =
            (int)
                EPOLL_WAIT_NOW.invokeExact(
                    errno.segment(), epfd, MemorySegment.ofArray(events), capacity, 0);
        return n >= 0 ? n : -errno.value();
      } catch (Throwable t) {
        throw Libc.unexpected(t);
      }
    }

    /** Waits for events; {@code timeoutNanos < 0} waits for ever. */
    public int poll(int epfd, long timeoutNanos) {
      if (timeoutNanos == 0) {
        return pollNow(epfd);
      }
      MethodHandle wait2 = EPOLL_PWAIT2;
      try {
        if (timeoutNanos > 0 && nanosecondWait && wait2 != null) {
          timespec.setAtIndex(JAVA_LONG, 0, timeoutNanos / 1_000_000_000);
          timespec.setAtIndex(JAVA_LONG, 1, timeoutNanos % 1_000_000_000);
          int n =
              (int)
                  wait2.invokeExact(
                      errnoCell, epfd, nativeEvents, capacity, timespec, MemorySegment.NULL);
          if (n >= 0) {
            return toHeap(n);
          }
          int error = errnoCell.get(JAVA_INT, 0);
          if (error != Errno.ENOSYS && error != Errno.EPERM) { // some sandboxes say EPERM
            return -error;
          }
          nanosecondWait = false;
        }
        int n =
            (int)
                EPOLL_WAIT.invokeExact(
                    errnoCell, epfd, nativeEvents, capacity, millis(timeoutNanos));
        return n >= 0 ? toHeap(n) : -errnoCell.get(JAVA_INT, 0);
      } catch (Throwable t) {
        throw Libc.unexpected(t);
      }
    }

    /** Rounds up: a wait that ends early would find its timer not due, and spin. */
    private static int millis(long nanos) {
      return nanos < 0 ? -1 : (int) Math.min((nanos + 999_999) / 1_000_000, 1_000_000_000L);
    }

    private int toHeap(int n) {
      MemorySegment.copy(nativeEvents, JAVA_INT, 0, events, 0, n * EVENT_INTS);
      return n;
    }

    public int flags(int index) {
      return flagsAt(index * STRIDE);
    }

    public long data(int index) {
      return dataAt(index * STRIDE);
    }

    /** As {@link #flags}, of the event that begins at {@code at}: a loop need not multiply. */
    public int flagsAt(int at) {
      return events[at];
    }

    /** As {@link #data}, of the event that begins at {@code at}. */
    public long dataAt(int at) {
      return (events[at + EVENT_INTS - 2] & 0xffff_ffffL)
          | (long) events[at + EVENT_INTS - 1] << 32;
    }
  }
}
