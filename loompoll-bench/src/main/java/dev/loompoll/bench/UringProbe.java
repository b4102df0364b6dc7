package dev.loompoll.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Whether this process may set up an io_uring, and the kernel knows what our C loop asks of it.
 * Only trying tells: containers forbid the call, and no file says so.
 */
final class UringProbe {
  private static final long SETUP = 425; // on every architecture
  private static final long PARAMS = 120;
  private static final long FLAGS = 8;
  private static final int SINGLE_ISSUER_DEFER_TASKRUN = 1 << 12 | 1 << 13; // since Linux 6.1

  private UringProbe() {}

  static boolean works() {
    Linker linker = Linker.nativeLinker();
    MethodHandle setup =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(1));
    MethodHandle close =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment params = arena.allocate(PARAMS, 8);
      params.set(ValueLayout.JAVA_INT, FLAGS, SINGLE_ISSUER_DEFER_TASKRUN);
      long fd = (long) setup.invokeExact(SETUP, 1, params);
      if (fd < 0) {
        return false;
      }
      int unused = (int) close.invokeExact((int) fd);
      return true;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}
