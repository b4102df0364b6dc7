package dev.loompoll.bench.load;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * What connections send: one endless stream of random bytes, which repeats so late that bytes lost,
 * doubled or swapped do not pass. It is made once, so that sending costs no filling, and what comes
 * back is compared where it lies.
 */
final class Pattern {
  /** The most that is sent or compared at once. */
  static final int CHUNK = 64 * 1024;

  private static final int PERIOD = 4 * CHUNK;

  /** Room for what is received beyond a chunk. */
  private static final int MORE = 64;

  private final MemorySegment bytes = Sys.allocate(PERIOD + CHUNK + MORE);

  Pattern() {
    SplittableRandom random = new SplittableRandom(42);
    for (long at = 0; at < PERIOD; at += Long.BYTES) {
      bytes.set(JAVA_LONG, at, random.nextLong());
    }
    MemorySegment.copy(bytes, 0, bytes, PERIOD, CHUNK + MORE);
  }

  /** Where the stream's byte {@code position} lies, with a chunk of what follows it. */
  long address(long position) {
    return bytes.address() + (position & (PERIOD - 1));
  }

  /** Whether the first {@code length} bytes of {@code got} are the stream's from there. */
  boolean matches(MemorySegment got, long length, long position) {
    long at = position & (PERIOD - 1);
    return MemorySegment.mismatch(got, 0, length, bytes, at, at + length) < 0;
  }
}
