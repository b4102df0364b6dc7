package dev.loompoll.internal.poll.sim;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C library's semaphore. It blocks the platform thread that runs, also under a goroutine: one
 * of Java's would unmount the goroutine, and its M would go on.
 */
final class NativeSemaphore {
  private static final MethodHandle INIT =
      call("sem_init", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle WAIT =
      call("sem_wait", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle POST =
      call("sem_post", FunctionDescriptor.of(JAVA_INT, ADDRESS));

  /** More than any {@code sem_t}. */
  private static final int SIZE = 64;

  private final MemorySegment memory = Arena.ofAuto().allocate(SIZE, Long.BYTES);

  private static MethodHandle call(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type);
  }

  NativeSemaphore() {
    try {
      int r = (int) INIT.invokeExact(memory, 0, 0);
      check(r);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  void acquire() {
    try {
      while ((int) WAIT.invokeExact(memory) != 0) {
        // EINTR
      }
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  void release() {
    try {
      int r = (int) POST.invokeExact(memory);
      check(r);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  private static void check(int result) {
    if (result != 0) {
      throw new AssertionError("the C library's semaphore failed");
    }
  }
}
