package dev.loompoll.server;

/**
 * Who runs the handlers of {@link Model#REACTOR} and {@link Model#CLASSIC}.
 *
 * @param goroutines whether they are goroutines, one a request, and not platform threads
 * @param count how many may run at once, 1 to 10 000
 */
public record Workers(boolean goroutines, int count) {
  private static final int MAX = 10_000;

  /** Checks the range. */
  public Workers {
    if (count < 1 || count > MAX) {
      throw new IllegalArgumentException("workers " + count + " is not from 1 to " + MAX);
    }
  }

  /** A pool of platform threads. */
  public static Workers threads(int count) {
    return new Workers(false, count);
  }

  /** Goroutines, at most so many at once. */
  public static Workers goroutines(int count) {
    return new Workers(true, count);
  }
}
