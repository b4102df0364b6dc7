package dev.loompoll.testing;

import dev.loompoll.Loompoll;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Runs a task above a native frame: a virtual thread that parks in it keeps its carrier. */
public final class Pinned {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final FunctionDescriptor COMPARATOR =
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final MethodHandle QSORT =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("qsort"),
          FunctionDescriptor.ofVoid(
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS));
  private static final MethodHandle COMPARE;

  static {
    try {
      COMPARE =
          MethodHandles.lookup()
              .findVirtual(
                  Pinned.class,
                  "compare",
                  MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Loompoll.@Nullable Task task;
  private @Nullable Throwable failure;

  private Pinned(Loompoll.Task task) {
    this.task = task;
  }

  /** Two elements are sorted by one comparison, which is the task. */
  public static void run(Loompoll.Task task) throws Exception {
    Pinned pinned = new Pinned(task);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(ValueLayout.JAVA_BYTE, 2);
      QSORT.invokeExact(two, 2L, 1L, LINKER.upcallStub(COMPARE.bindTo(pinned), COMPARATOR, arena));
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
    Throwable failure = pinned.failure;
    switch (failure) {
      case null -> {}
      case Exception e -> throw e;
      default -> throw new AssertionError(failure);
    }
  }

  /** Nothing may be thrown through the native frame. */
  @SuppressWarnings("unused") // through COMPARE
  private int compare(MemorySegment a, MemorySegment b) {
    Loompoll.Task once = task;
    task = null;
    if (once != null) {
      try {
        once.run();
      } catch (Throwable t) {
        failure = t;
      }
    }
    return 0;
  }
}
