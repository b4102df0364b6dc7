package dev.loompoll.bench.overload;

import java.time.Duration;

/**
 * What a handler does for a request.
 *
 * @param sleeps whether it waits for so long, instead of computing
 */
public record Handling(Duration time, boolean sleeps) {
  private static final long MOST_MICROS = Protocol.SLEEP - 1L;

  /** Checks the range: at most 16 s. */
  public Handling {
    long micros = time.toNanos() / 1000;
    if (micros < 0 || micros > MOST_MICROS) {
      throw new IllegalArgumentException("a handler's time is at most " + MOST_MICROS + " µs");
    }
  }

  /** As the protocol has it. */
  int work() {
    return (int) (time.toNanos() / 1000) | (sleeps ? Protocol.SLEEP : 0);
  }

  /** In words. */
  public String text() {
    long micros = time.toNanos() / 1000;
    String amount = micros % 1000 == 0 ? micros / 1000 + " ms" : micros + " µs";
    return amount + (sleeps ? " asleep" : " of CPU");
  }
}
