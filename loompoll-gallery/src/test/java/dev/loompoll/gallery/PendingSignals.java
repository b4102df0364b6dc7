package dev.loompoll.gallery;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Sets how many signals may be queued, for this process, until closed. */
final class PendingSignals implements AutoCloseable {
  private static final int RLIMIT_SIGPENDING = 11;
  private static final MethodHandle PRLIMIT =
      Posix.call("prlimit", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);

  private final long before;

  private PendingSignals(long before) {
    this.before = before;
  }

  static PendingSignals limitedTo(long n) {
    return new PendingSignals(change(n));
  }

  @Override
  public void close() {
    change(before);
  }

  /** Sets the soft limit and returns what it was. */
  private static long change(long n) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      MemorySegment limit = arena.allocate(JAVA_LONG, 2); // soft, hard
      int got = (int) PRLIMIT.invokeExact(errno, 0, RLIMIT_SIGPENDING, MemorySegment.NULL, limit);
      long old = limit.getAtIndex(JAVA_LONG, 0);
      limit.setAtIndex(JAVA_LONG, 0, n);
      int set = (int) PRLIMIT.invokeExact(errno, 0, RLIMIT_SIGPENDING, limit, MemorySegment.NULL);
      if (got != 0 || set != 0) {
        throw new AssertionError("prlimit: errno " + errno.get(JAVA_INT, 0));
      }
      return old;
    } catch (Throwable t) {
      throw Posix.unexpected(t);
    }
  }
}
