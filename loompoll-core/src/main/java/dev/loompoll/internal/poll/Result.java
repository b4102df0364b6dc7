package dev.loompoll.internal.poll;

import dev.loompoll.internal.sys.Errno;

/**
 * What an operation gives back, in one long: how many bytes it moved (or the descriptor that it
 * accepted) in the lower half, and why it ended in the upper. Both can be set: a write that times
 * out has moved some.
 *
 * <p>A success is the count itself, not negative; a failure has the sign bit set and its code in
 * the 31 bits after it, so that one test tells them apart.
 */
public final class Result {
  /** All went well. Positive codes are errno values. */
  public static final int OK = 0;

  /** The descriptor is closed, or was closed meanwhile. */
  public static final int CLOSED = -1;

  /** The deadline has passed. */
  public static final int TIMEOUT = -2;

  /** The thread was interrupted; its flag is still set. */
  public static final int INTERRUPTED = -3;

  /** The poller reported EPOLLERR and nothing else: this descriptor cannot be polled. */
  public static final int NOT_POLLABLE = -4;

  /** End of stream. */
  public static final int EOF = -5;

  /** Inside of a read only: it may go on, and has not waited. */
  static final int NOW = -6;

  /**
   * Beside the count of a read that succeeds: it has not waited, and is to be charged to who runs
   * it. Taken off by {@link FD}.
   */
  static final long DUE = 1L << 62;

  private Result() {}

  /** {@code count} is not negative; {@code code} has 31 bits. */
  public static long of(int count, int code) {
    return code == OK ? count : Long.MIN_VALUE | (long) code << 32 | count;
  }

  /** A success; the count is not negative. */
  static long ok(int count) {
    return count;
  }

  static long failed(int code) {
    return of(0, code);
  }

  public static boolean isOk(long result) {
    return result >= 0;
  }

  public static int count(long result) {
    return (int) result;
  }

  public static int code(long result) {
    return result >= 0 ? OK : (int) (result << 1 >> 33);
  }

  /** A code in a word, for events: {@code ok}, {@code timeout}, {@code ECONNRESET}. */
  static String name(int code) {
    return switch (code) {
      case OK -> "ok";
      case CLOSED -> "closed";
      case TIMEOUT -> "timeout";
      case INTERRUPTED -> "interrupted";
      case NOT_POLLABLE -> "not pollable";
      case EOF -> "eof";
      default -> Errno.name(code);
    };
  }
}
