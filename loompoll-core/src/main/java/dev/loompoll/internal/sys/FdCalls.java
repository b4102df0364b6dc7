package dev.loompoll.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on any descriptor. Every method returns the call's result, or minus the errno. */
public final class FdCalls {
  private static final int EFD_NONBLOCK = 0x800;
  private static final int EFD_CLOEXEC = 0x80000;

  private static final MethodHandle EVENTFD =
      Libc.quick("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final FunctionDescriptor READ_WRITE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = Libc.quick("write", READ_WRITE);
  // Not quick: with SO_LINGER it waits for the peer.
  private static final MethodHandle CLOSE =
      Libc.blocking("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private FdCalls() {}

  /** A non-blocking counter that makes a poller return, see eventfd(2). */
  public static int eventfd(ErrnoCell errno) {
    try {
      int fd = (int) EVENTFD.invokeExact(errno.segment(), 0, EFD_NONBLOCK | EFD_CLOEXEC);
      return fd >= 0 ? fd : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /** Adds one to an eventfd. */
  public static int eventfdWrite(int fd, ErrnoCell errno) {
    long[] one = {1};
    try {
      long n =
          (long)
              WRITE.invokeExact(errno.segment(), fd, MemorySegment.ofArray(one), (long) Long.BYTES);
      return n >= 0 ? (int) n : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /**
   * Closes. Never repeated after EINTR: on Linux the descriptor is gone by then, and its number may
   * already be another thread's (close(2)).
   */
  public static int close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      int r = (int) CLOSE.invokeExact(errno, fd);
      return r >= 0 ? r : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }
}
