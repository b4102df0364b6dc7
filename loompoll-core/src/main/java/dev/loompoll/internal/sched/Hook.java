package dev.loompoll.internal.sched;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The hook into the JDK: a virtual thread with a scheduler of our own. JDK 25 has it in {@code
 * java.lang.ThreadBuilders}, not public, so it takes {@code --add-opens java.base/java.lang}; it is
 * probed once, and where it is missing everything runs on the JDK's scheduler.
 */
final class Hook {
  /** {@code Thread newVirtualThread(Executor, String, int, Runnable)}, or null. */
  private static final @Nullable MethodHandle NEW_VIRTUAL_THREAD;

  /** {@code Thread currentCarrierThread()}, or null. */
  private static final @Nullable MethodHandle CURRENT_CARRIER;

  /** Why there is no hook; empty when there is. */
  private static final String WHY_NOT;

  static {
    MethodHandle newThread = null;
    MethodHandle carrier = null;
    String why = "";
    try {
      MethodHandles.Lookup lookup =
          MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      carrier =
          lookup.findStatic(
              Thread.class, "currentCarrierThread", MethodType.methodType(Thread.class));
      newThread =
          lookup.findStatic(
              Class.forName("java.lang.ThreadBuilders"),
              "newVirtualThread",
              MethodType.methodType(
                  Thread.class, Executor.class, String.class, int.class, Runnable.class));
      probe(newThread);
    } catch (IllegalAccessException e) {
      why = "the JVM was started without --add-opens java.base/java.lang=" + target();
    } catch (ReflectiveOperationException | UnsupportedOperationException e) {
      why = "this JDK (" + Runtime.version() + ") has no scheduler hook that we know";
    }
    boolean both = why.isEmpty();
    NEW_VIRTUAL_THREAD = both ? newThread : null;
    CURRENT_CARRIER = both ? carrier : null;
    WHY_NOT = both ? "" : why;
  }

  private Hook() {}

  /** A JVM without continuations has the method, and refuses. */
  private static void probe(MethodHandle newThread) throws ReflectiveOperationException {
    try {
      Executor none = task -> {};
      Runnable nothing = () -> {};
      var unused = (Thread) newThread.invokeExact(none, (String) null, 0, nothing);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new ReflectiveOperationException(t);
    }
  }

  private static String target() {
    Module module = Hook.class.getModule();
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }

  static boolean present() {
    return NEW_VIRTUAL_THREAD != null;
  }

  static String whyNot() {
    return WHY_NOT;
  }

  /** An unstarted virtual thread whose every run is handed to {@code scheduler}. */
  static Thread newVirtualThread(Executor scheduler, @Nullable String name, Runnable task) {
    MethodHandle handle = NEW_VIRTUAL_THREAD;
    if (handle == null) {
      throw new IllegalStateException(WHY_NOT);
    }
    try {
      // 0: inheritable thread-locals are inherited, as with Thread.ofVirtual()
      return (Thread) handle.invokeExact(scheduler, name, 0, task);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** The platform thread under the current thread; null without the hook. */
  static @Nullable Thread currentCarrier() {
    MethodHandle handle = CURRENT_CARRIER;
    if (handle == null) {
      return null;
    }
    try {
      return (Thread) handle.invokeExact();
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }
}
