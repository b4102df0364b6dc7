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

  /** The nice value below, the real-time priority above. */
  private static final int ATTR_NICE = 2;

  private static final int ATTR_RUNTIME = 3;
  private static final int MAX_NICE = 19;

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
    return change(tid, 0, nanos, errno);
  }

  /**
   * Raises the nice value, that is: lowers the priority. To lower it again takes a privilege. A
   * thread that is not SCHED_OTHER is left alone.
   *
   * @param by how much; it ends at 19
   */
  public static int raiseNice(int tid, int by, ErrnoCell errno) {
    return change(tid, by, 0, errno);
  }

  private static int change(int tid, int nice, long slice, ErrnoCell errno) {
    long[] attr = new long[ATTR_LONGS];
    MemorySegment segment = MemorySegment.ofArray(attr);
    try {
      long r =
          (long) GETATTR.invokeExact(errno.segment(), tid, segment, ATTR_LONGS * Long.BYTES, 0);
      if (r >= 0 && attr[0] >>> 32 == SCHED_OTHER) {
        attr[ATTR_NICE] = Math.min((int) attr[ATTR_NICE] + nice, MAX_NICE) & 0xffff_ffffL;
        attr[ATTR_RUNTIME] = slice;
        r = (long) SETATTR.invokeExact(errno.segment(), tid, segment, 0);
      }
      return r >= 0 ? 0 : -errno.value();
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }
}
