package dev.loompoll.internal.sys;

import java.lang.foreign.MemorySegment;

/** Where one system call leaves its errno. No other thread may use it during the call. */
public final class ErrnoCell {
  private final int[] value = new int[1];

  /**
   * For one call. A segment that was kept would be checked at every call, some 25 instructions; of
   * one made here the compiler knows all that is checked, and removes it together with the checks.
   */
  MemorySegment segment() {
    return MemorySegment.ofArray(value);
  }

  int value() {
    return value[0];
  }
}
