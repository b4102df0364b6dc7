package dev.loompoll.gallery;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.loompoll.internal.sys.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Signals that one platform thread blocks and waits for, instead of being interrupted by them. A
 * blocked signal is kept until it is waited for, so none is missed between two waits.
 *
 * <p>Real-time signals queue up, each with what it says; of the others one is kept, and of that
 * perhaps nothing but its number. The queue has an end: RLIMIT_SIGPENDING, which all processes of
 * the user share.
 */
final class Signals {
  /** By default it would end the process, as the real-time ones would. */
  static final int SIGIO = 29;

  private static final int SIG_BLOCK = 0;
  private static final int SI_TKILL = -6;

  // sigset_t and siginfo_t of the C library; of the latter the fields that a descriptor's has
  private static final int SIGSET_BYTES = 128;
  private static final int SIGINFO_BYTES = 128;
  private static final long SI_CODE = 8;
  private static final long SI_FD = 24;

  private static final MethodHandle SIGEMPTYSET = Posix.call("sigemptyset", JAVA_INT, ADDRESS);
  private static final MethodHandle SIGADDSET =
      Posix.call("sigaddset", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle PTHREAD_SIGMASK =
      Posix.call("pthread_sigmask", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SIGTIMEDWAIT =
      Posix.call("sigtimedwait", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle TGKILL =
      Posix.call("tgkill", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

  private final MemorySegment errno = Arena.ofAuto().allocate(JAVA_INT);
  private final MemorySegment set = Arena.ofAuto().allocate(SIGSET_BYTES, Long.BYTES);
  private final MemorySegment info = Arena.ofAuto().allocate(SIGINFO_BYTES, Long.BYTES);
  private final MemorySegment timespec = Arena.ofAuto().allocate(JAVA_LONG, 2);

  private Signals() {}

  /**
   * Blocks the signals in the calling thread. It has to be a platform thread, and to be the one
   * that waits. When it ends the JVM unblocks them, and those that are left then take their effect.
   */
  static Signals block(int... signals) {
    Signals s = new Signals();
    try {
      int r = (int) SIGEMPTYSET.invokeExact(s.errno, s.set);
      for (int signal : signals) {
        r |= (int) SIGADDSET.invokeExact(s.errno, s.set, signal);
      }
      r |= (int) PTHREAD_SIGMASK.invokeExact(s.errno, SIG_BLOCK, s.set, MemorySegment.NULL);
      if (r != 0) { // no such signal
        throw new IllegalArgumentException(Arrays.toString(signals));
      }
      return s;
    } catch (Throwable t) {
      throw Posix.unexpected(t);
    }
  }

  /**
   * Waits for one of them, {@code nanos < 0} for ever; the lowest number comes first.
   *
   * @return its number, or minus an errno: EAGAIN when there was none, EINTR for another signal
   */
  int await(long nanos) {
    MemorySegment timeout = MemorySegment.NULL;
    if (nanos >= 0) {
      timespec.setAtIndex(JAVA_LONG, 0, nanos / 1_000_000_000);
      timespec.setAtIndex(JAVA_LONG, 1, nanos % 1_000_000_000);
      timeout = timespec;
    }
    try {
      int r = (int) SIGTIMEDWAIT.invokeExact(errno, set, info, timeout);
      return r >= 0 ? r : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw Posix.unexpected(t);
    }
  }

  /** Takes those that are there and forgets them. */
  void takeAll() {
    int r;
    do {
      r = await(0);
    } while (r >= 0 || r == -Errno.EINTR);
  }

  /** The descriptor that the last signal is about, if it is a real-time one. */
  int descriptor() {
    return info.get(JAVA_INT, SI_FD);
  }

  /** Whether the last signal came from {@link #send}. */
  boolean wasSent() {
    return info.get(JAVA_INT, SI_CODE) == SI_TKILL;
  }

  /** Sends SIGIO to a thread of this process, which must be alive and block it. */
  static int send(int tid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      int pid = (int) ProcessHandle.current().pid();
      int r = (int) TGKILL.invokeExact(errno, pid, tid, SIGIO);
      return r >= 0 ? r : -errno.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw Posix.unexpected(t);
    }
  }
}
