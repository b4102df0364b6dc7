package dev.loompoll.internal.sys;

import java.lang.foreign.MemorySegment;

/**
 * Where one system call leaves its errno. No other thread may use it during the call. It keeps its
 * segment, so that a call allocates nothing, whatever the compiler makes of it.
 */
public final class ErrnoCell {
  private final int[] value = new int[1];
  final MemorySegment segment = MemorySegment.ofArray(value);

  int value() {
    return value[0];
  }
}
