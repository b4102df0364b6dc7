package dev.loompoll.internal.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The Ps whose M waits in their poll loop, as a set of bits. A P's M adds it; whoever removes it,
 * the M itself or a thread that wakes it, has won it: exactly one remover succeeds.
 */
final class IdleSet {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] words;

  IdleSet(int size) {
    words = new long[(size + 63) >>> 6];
  }

  void add(int id) {
    WORD.getAndBitwiseOr(words, id >>> 6, 1L << id);
  }

  boolean remove(int id) {
    long bit = 1L << id;
    return ((long) WORD.getAndBitwiseAnd(words, id >>> 6, ~bit) & bit) != 0;
  }

  /** Removes one, or returns -1. */
  int removeAny() {
    for (int w = 0; w < words.length; w++) {
      long word;
      while ((word = (long) WORD.getVolatile(words, w)) != 0) {
        int id = (w << 6) + Long.numberOfTrailingZeros(word);
        if (remove(id)) {
          return id;
        }
      }
    }
    return -1;
  }

  boolean contains(int id) {
    return ((long) WORD.getVolatile(words, id >>> 6) & 1L << id) != 0;
  }

  boolean isEmpty() {
    for (int w = 0; w < words.length; w++) {
      if ((long) WORD.getVolatile(words, w) != 0) {
        return false;
      }
    }
    return true;
  }

  int size() {
    int n = 0;
    for (int w = 0; w < words.length; w++) {
      n += Long.bitCount((long) WORD.getVolatile(words, w));
    }
    return n;
  }
}
