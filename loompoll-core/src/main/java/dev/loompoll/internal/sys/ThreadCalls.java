package dev.loompoll.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls on a thread of this process: its number, its CPU clock and how the kernel schedules it.
 * Every method returns the call's result, or minus the errno.
 */
public final class ThreadCalls {
  private static final boolean X86 = System.getProperty("os.arch").equals("amd64");
  private static final int SCHED_SETATTR = X86 ? 314 : 274; // the others' is asm-generic
  private static final int SCHED_GETATTR = X86 ? 315 : 275;
  private static final int SCHED_OTHER = 0;

  /** The fields of {@code struct sched_attr} up to {@code sched_period}, as longs. */
  private static final int ATTR_LONGS = 6;

  private static final int ATTR_RUNTIME = 3;

  private static final MethodHandle GETTID = Libc.quick("gettid", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle CLOCK_GETTIME =
      Libc.quick("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle GETATTR =
      Libc.quickSyscall(
          SCHED_GETATTR, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETATTR =
      Libc.quickSyscall(
          SCHED_SETATTR, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));

  private ThreadCalls() {}

  /** The kernel's number of the calling thread; of its carrier, if it is virtual. */
  public static int gettid(ErrnoCell errno) {
    try {
      return (int) GETTID.invokeExact(errno.segment());
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /**
   * The CPU time that a thread has used, in nanoseconds. The clock's number is made of the thread's
   * as in the kernel's {@code posix-timers_types.h}: it is what pthread_getcpuclockid(3) gives.
   */
  public static long cpuNanos(int tid, ErrnoCell errno) {
    int clock = ~tid << 3 | 6;
    long[] time = new long[2];
    try {
      int r = (int) CLOCK_GETTIME.invokeExact(errno.segment(), clock, MemorySegment.ofArray(time));
      return r >= 0 ? time[0] * 1_000_000_000 + time[1] : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  /**
   * Asks for a slice: how long the thread may run before the kernel looks for a better one, which
   * is also how soon it gets the CPU when it wakes. Its share of the CPU stays the same. From Linux
   * 6.12 on, see sched(7); before, it does nothing. A thread that is not SCHED_OTHER is left alone.
   *
   * @param nanos 100 000 to 100 000 000; 0 is the kernel's own
   */
  public static int setSlice(int tid, long nanos, ErrnoCell errno) {
    long[] attr = new long[ATTR_LONGS];
    MemorySegment segment = MemorySegment.ofArray(attr);
    try {
      long r =
          (long) GETATTR.invokeExact(errno.segment(), tid, segment, ATTR_LONGS * Long.BYTES, 0);
      int policy = (int) (attr[0] >>> 32);
      if (r >= 0 && policy == SCHED_OTHER) {
        attr[ATTR_RUNTIME] = nanos;
        r = (long) SETATTR.invokeExact(errno.segment(), tid, segment, 0);
      }
      return r >= 0 ? 0 : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }
}
