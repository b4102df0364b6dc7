package dev.loompoll.server.internal;

import dev.loompoll.server.Refused;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the parts see it that are concerned with all of them: drain, culling, closing.
 * Any thread may call any method; none blocks.
 */
public interface Served {
  /** A value of {@link #idleSince} for a connection that has something to do. */
  long BUSY = Long.MAX_VALUE;

  InetAddress peer();

  /** Since when (on {@link System#nanoTime}'s scale) it has been without a request, or BUSY. */
  long idleSince();

  /**
   * It reads no more. Requests that were read are answered, what was answered is sent, then it ends
   * in order. An idle one ends now.
   */
  void drain();

  /** Closes it at once. {@code why} is counted if it was still open; null is not counted. */
  void abort(@Nullable Refused why);
}
