package dev.loompoll.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The three system calls that each message costs, without the C library: it adds nothing to them
 * but errno, which the kernel returns as it is, and which to put away and to fetch takes as much
 * again as the call. Instead they go through a few bytes of machine code, in a page of their own
 * that is made executable and not writable any more. x86-64 only; and where a hardened system
 * forbids such a page, or {@code -Dloompoll.directCalls=false} says so, there are no handles, and
 * the C library is called.
 *
 * <p>The result of each is the call's, or minus the errno (syscall(2), "Architecture calling
 * conventions").
 */
public final class DirectCalls {
  private static final String PROPERTY = "loompoll.directCalls";

  // From asm-generic/mman-common.h, and asm/unistd_64.h of x86-64.
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final long MAP_FAILED = -1;
  private static final int SYS_SENDTO = 44;
  private static final int SYS_RECVFROM = 45;
  private static final int SYS_EPOLL_WAIT = 232;

  /** More than is needed, and less than a page anywhere. */
  private static final int SIZE = 256;

  /** One call's code begins so far behind the one before. */
  private static final int STRIDE = 32;

  /**
   * Arguments arrive where the kernel wants them but the fourth. The address that recvfrom and
   * sendto have as fifth and sixth is none; epoll_wait has no fifth.
   */
  private static final int[] CODE = {
    0x49, 0x89, 0xca, //             mov r10, rcx
    0x45, 0x31, 0xc0, //             xor r8d, r8d
    0x45, 0x31, 0xc9, //             xor r9d, r9d
    0xb8, 0x00, 0x00, 0x00, 0x00, // mov eax, the number
    0x0f, 0x05, //                   syscall
    0xc3, //                         ret
  };

  private static final int NUMBER_AT = 10;

  /** {@code long recv(int fd, void*, long length, int flags)}, quick as {@link Libc} says. */
  static final @Nullable MethodHandle RECV;

  /** {@code long send(int fd, void*, long length, int flags)}. */
  static final @Nullable MethodHandle SEND;

  /** {@code int epoll_wait(int epfd, void*, int max, int millis)}: only with no millis. */
  static final @Nullable MethodHandle EPOLL_WAIT;

  /** Why there are none; empty when there are. */
  private static final String WHY_NOT;

  static {
    String why = whyUnwanted();
    MemorySegment code = why.isEmpty() ? code() : null;
    WHY_NOT = code == null && why.isEmpty() ? "no page may be made executable here" : why;
    FunctionDescriptor transfer =
        FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    FunctionDescriptor wait =
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    RECV = code == null ? null : handle(code, 0, transfer);
    SEND = code == null ? null : handle(code, 1, transfer);
    EPOLL_WAIT = code == null ? null : handle(code, 2, wait);
  }

  private DirectCalls() {}

  /** Whether calls take this way. */
  public static boolean present() {
    return RECV != null;
  }

  /** Why they do not, in a few words; empty when they do. */
  public static String whyNot() {
    return WHY_NOT;
  }

  private static String whyUnwanted() {
    String arch = System.getProperty("os.arch");
    if (!arch.equals("amd64")) {
      return "not on " + arch;
    }
    return System.getProperty(PROPERTY, "true").equals("false") ? "-D" + PROPERTY + "=false" : "";
  }

  private static MethodHandle handle(MemorySegment code, int index, FunctionDescriptor type) {
    return Linker.nativeLinker()
        .downcallHandle(
            code.asSlice((long) index * STRIDE, CODE.length), type, Linker.Option.critical(true));
  }

  /** The page, for good; null where it cannot be had. */
  private static @Nullable MemorySegment code() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    try {
      MethodHandle mmap =
          linker.downcallHandle(
              libc.findOrThrow("mmap"),
              FunctionDescriptor.of(
                  ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
      MethodHandle mprotect =
          linker.downcallHandle(
              libc.findOrThrow("mprotect"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
      MemorySegment page =
          (MemorySegment)
              mmap.invokeExact(
                  MemorySegment.NULL,
                  (long) SIZE,
                  PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS,
                  -1,
                  0L);
      if (page.address() == MAP_FAILED) {
        return null;
      }
      MemorySegment code = page.reinterpret(SIZE, Arena.global(), null);
      int[] numbers = {SYS_RECVFROM, SYS_SENDTO, SYS_EPOLL_WAIT};
      for (int i = 0; i < numbers.length; i++) {
        write(code.asSlice((long) i * STRIDE, CODE.length), numbers[i]);
      }
      int r = (int) mprotect.invokeExact(page, (long) SIZE, PROT_READ | PROT_EXEC);
      return r == 0 ? code : null; // else a page is lost, once
    } catch (Throwable t) {
      throw Libc.unexpected(t);
    }
  }

  private static void write(MemorySegment to, int number) {
    for (int i = 0; i < CODE.length; i++) {
      to.set(JAVA_BYTE, i, (byte) CODE[i]);
    }
    to.set(JAVA_INT_UNALIGNED, NUMBER_AT, number); // x86-64 is little-endian
  }
}
