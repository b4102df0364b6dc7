package dev.loompoll.bench.overload;

import java.util.concurrent.atomic.AtomicLong;

/**
 * CPU work of a known amount: iterations, counted beforehand, so that a thread which is preempted
 * works no less for it. A clock, which would see that time too, would be part of what is measured.
 */
public final class Busy {
  /** About a microsecond. */
  private static final int PIECE = 1000;

  private static final int TRIES = 20;
  private static final int TRY = 5_000;
  private static final long WARM_NANOS = 300_000_000;

  private final double piecesAMicro;

  /** Nobody reads it, but the compiler does not know. */
  private final AtomicLong sink = new AtomicLong();

  private Busy(double piecesAMicro) {
    this.piecesAMicro = piecesAMicro;
  }

  /** Finds out how much this processor does in a microsecond, while it does nothing else. */
  public static Busy calibrate() {
    Busy one = new Busy(1);
    for (long end = System.nanoTime() + WARM_NANOS; System.nanoTime() < end; ) {
      one.burn(TRY);
    }
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      long start = System.nanoTime();
      one.burn(TRY);
      best = Math.min(best, System.nanoTime() - start);
    }
    return new Busy(TRY * 1e3 / best);
  }

  /** As much work as takes so long on an idle processor. Any thread, several at once. */
  public void burn(int micros) {
    long pieces = Math.max(1, Math.round(micros * piecesAMicro));
    long x = micros;
    for (long i = 0; i < pieces; i++) {
      x = piece(x);
    }
    if (x == 0) {
      sink.incrementAndGet();
    }
  }

  private static long piece(long x) {
    for (int i = 0; i < PIECE; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
    }
    return x;
  }
}
