package dev.loompoll.internal.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Optional;

/**
 * Makes the method handles through which the rest of this package calls the C library.
 *
 * <p>Two kinds. A <em>quick</em> handle takes heap arrays as they are, without a copy, and keeps
 * the thread in Java state: no garbage collection can begin before it returns, so it is for calls
 * that cannot block, on at most {@link #MAX_CHUNK} bytes. A <em>blocking</em> handle lets
 * collections go on, and takes native memory only. Both capture errno in the same call: any later
 * call could find it overwritten by the JVM.
 */
final class Libc {
  /**
   * The most bytes that one quick call moves: some tens of microseconds of copying in the kernel.
   */
  static final int MAX_CHUNK = 64 * 1024;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private Libc() {}

  static MethodHandle quick(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(symbol(name), type, ERRNO, Linker.Option.critical(true));
  }

  /**
   * A quick handle for {@code recv} or {@code send}: the C library's {@code syscall(2)} with the
   * number of {@code recvfrom} or {@code sendto}, since its own functions are cancellation points,
   * which costs as much again as the rest of them. They themselves on another architecture.
   */
  static MethodHandle quickTransfer(
      String name, long onX86, long onAarch64, FunctionDescriptor type) {
    String arch = System.getProperty("os.arch");
    if (!arch.equals("amd64") && !arch.equals("aarch64")) {
      return quick(name, type);
    }
    FunctionDescriptor withAddress = // which is not asked for
        type.appendArgumentLayouts(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    MethodHandle call = quickSyscall(arch.equals("amd64") ? onX86 : onAarch64, withAddress);
    int address = withAddress.argumentLayouts().size() - 1; // errno's segment is the first
    return MethodHandles.insertArguments(call, address, 0L, 0L);
  }

  /** A quick handle for a system call by its number. */
  static MethodHandle quickSyscall(long number, FunctionDescriptor type) {
    MethodHandle call =
        LINKER.downcallHandle(
            symbol("syscall"),
            type.insertArgumentLayouts(0, ValueLayout.JAVA_LONG),
            ERRNO,
            Linker.Option.critical(true),
            Linker.Option.firstVariadicArg(1));
    return MethodHandles.insertArguments(call, 1, number);
  }

  static MethodHandle blocking(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(symbol(name), type, ERRNO);
  }

  static boolean has(String name) {
    return LOOKUP.find(name).isPresent();
  }

  private static MemorySegment symbol(String name) {
    Optional<MemorySegment> found = LOOKUP.find(name);
    return found.orElseThrow(
        () -> new UnsatisfiedLinkError("the C library has no function " + name));
  }

  /** An errno cell for blocking calls. Lives as long as the process: one per polling thread. */
  static MemorySegment errnoCell() {
    return Arena.global().allocate(ValueLayout.JAVA_INT);
  }

  /**
   * A downcall throws nothing checked, though the signature of {@code invokeExact} says so. What is
   * unchecked goes on as it is: a buffer of a closed arena, say.
   */
  static Error unexpected(Throwable t) {
    if (t instanceof RuntimeException e) {
      throw e;
    }
    return t instanceof Error e ? e : new AssertionError("a system call threw", t);
  }
}
