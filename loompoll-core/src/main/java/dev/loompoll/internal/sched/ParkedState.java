package dev.loompoll.internal.sched;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.invoke.VarHandle.AccessMode;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A goroutine's state in the JDK, for an M that has polled an event for which it is parked: the
 * step from parked to runnable, with nothing around it. {@code LockSupport.unpark} would leave a
 * permit first, in case the thread is on its way into the park, ask who calls, and look up the
 * scheduler to come back to this very M.
 *
 * <pre>
 *   PARKED -> UNPARKED   by CAS: whoever wakes the thread, the JDK or {@link #take}; and who has done
 *                        that must see to it that the thread's task is run
 * </pre>
 *
 * <p><b>No wake-up is lost or doubled.</b> From PARKED to UNPARKED a thread comes once for each
 * time that it parks, by whoever's CAS it was. A thread that is not PARKED yet, or is parked in
 * another way, fails the CAS, and the caller unparks it as everybody does. The permit that {@code
 * unpark} would have left is taken away when the thread runs, before it can see it ({@code
 * VirtualThread.runContinuation}, JDK 25): so here none is left. One that another thread leaves
 * meanwhile is taken away with it, as the JDK does with two wake-ups of its own.
 */
final class ParkedState {
  private static final @Nullable Class<?> VIRTUAL_THREAD;
  private static final int PARKED;
  private static final int UNPARKED;

  // All or none of them.
  private static final @Nullable MethodHandle COMPARE_AND_EXCHANGE_STATE;
  private static final @Nullable MethodHandle SCHEDULER;
  private static final @Nullable MethodHandle RUN_CONTINUATION;

  static {
    Class<?> virtualThread = null;
    int parked = 0;
    int unparked = 0;
    MethodHandle state = null;
    MethodHandle scheduler = null;
    MethodHandle task = null;
    try {
      Class<?> c = Class.forName("java.lang.VirtualThread");
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(c, MethodHandles.lookup());
      parked = (int) lookup.findStaticVarHandle(c, "PARKED", int.class).get();
      unparked = (int) lookup.findStaticVarHandle(c, "UNPARKED", int.class).get();
      VarHandle word = lookup.findVarHandle(c, "state", int.class);
      state =
          word.toMethodHandle(AccessMode.COMPARE_AND_EXCHANGE)
              .asType(MethodType.methodType(int.class, Thread.class, int.class, int.class));
      scheduler =
          lookup
              .findGetter(c, "scheduler", Executor.class)
              .asType(MethodType.methodType(Executor.class, Thread.class));
      task =
          lookup
              .findGetter(c, "runContinuation", Runnable.class)
              .asType(MethodType.methodType(Runnable.class, Thread.class));
      virtualThread = c;
    } catch (ReflectiveOperationException | RuntimeException e) {
      // another JDK, or without --add-opens: LockSupport.unpark does as well
    }
    VIRTUAL_THREAD = virtualThread;
    PARKED = parked;
    UNPARKED = unparked;
    COMPARE_AND_EXCHANGE_STATE = virtualThread == null ? null : state;
    SCHEDULER = virtualThread == null ? null : scheduler;
    RUN_CONTINUATION = virtualThread == null ? null : task;
  }

  private ParkedState() {}

  /** Whether this JDK is one that we know. */
  static boolean known() {
    return VIRTUAL_THREAD != null;
  }

  /**
   * Makes a goroutine of that scheduler runnable that is parked. The caller must not fail to have
   * what is returned run, once.
   *
   * @return the task that continues it; null if it is not parked, or not such a goroutine: then
   *     nothing has happened, nor has it if this throws
   */
  static @Nullable Runnable take(Thread thread, Executor scheduler) {
    MethodHandle state = COMPARE_AND_EXCHANGE_STATE;
    MethodHandle its = SCHEDULER;
    MethodHandle task = RUN_CONTINUATION;
    Class<?> virtual = VIRTUAL_THREAD;
    if (virtual == null
        || state == null
        || its == null
        || task == null
        || thread.getClass() != virtual) {
      return null;
    }
    try {
      if ((Executor) its.invokeExact(thread) != scheduler) {
        return null;
      }
      Runnable itsTask = (Runnable) task.invokeExact(thread);
      // Last: a handle may allocate when it is new, and after this nothing may fail.
      return (int) state.invokeExact(thread, PARKED, UNPARKED) == PARKED ? itsTask : null;
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }
}
