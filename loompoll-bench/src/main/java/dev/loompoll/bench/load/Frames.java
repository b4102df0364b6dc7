package dev.loompoll.bench.load;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The frames of the overload experiments, all numbers big-endian. Must match {@code
 * dev.loompoll.bench.overload.Protocol} and {@code go_overload.go}.
 *
 * <pre>
 * request: length 4, id 8, work 4, filler
 * answer:  length 4, id 8, status 1, filler
 * </pre>
 *
 * <p>The length is that of what follows it. Work is microseconds in its low 24 bits: of CPU, or
 * with bit 24 asleep. With bit 25 the answer has the request's filler.
 */
final class Frames {
  static final int REQUEST = 4 + 8 + 4;
  static final int ANSWER = 4 + 8 + 1;

  static final int SLEEP = 1 << 24;
  static final int ECHO = 1 << 25;

  private static final int MOST = 1 << 24;

  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private Frames() {}

  /** A request at the beginning of {@code to}, of {@code size} bytes with its length. */
  static void request(MemorySegment to, long id, int work, int size) {
    to.set(INT, 0, size - 4);
    to.set(LONG, 4, id);
    to.set(INT, 12, work);
  }

  /** Takes answers. */
  @FunctionalInterface
  interface Sink {
    /** Returns whether it wants more: not after a close. */
    boolean answer(long id, boolean served) throws IOException;
  }

  /** What has come on one connection: answers in pieces. */
  static final class Parser {
    private final MemorySegment head = MemorySegment.ofArray(new byte[ANSWER]);
    private int have;
    private int filler;

    void clear() {
      have = 0;
      filler = 0;
    }

    void take(MemorySegment in, long n, Sink sink) throws IOException {
      for (long at = 0; at < n; ) {
        if (filler > 0) {
          int some = (int) Math.min(filler, n - at);
          filler -= some;
          at += some;
          continue;
        }
        int some = (int) Math.min(ANSWER - have, n - at);
        MemorySegment.copy(in, at, head, have, some);
        have += some;
        at += some;
        if (have == ANSWER && !complete(sink)) {
          return;
        }
      }
    }

    private boolean complete(Sink sink) throws IOException {
      have = 0;
      int length = head.get(INT, 0);
      if (length < ANSWER - 4 || length > MOST) {
        throw new IOException("an answer of " + length + " bytes");
      }
      filler = length - (ANSWER - 4);
      byte status = head.get(JAVA_BYTE, 12);
      if (status != 0 && status != 1) {
        throw new IOException("an answer with status " + status);
      }
      return sink.answer(head.get(LONG, 4), status == 0);
    }
  }
}
