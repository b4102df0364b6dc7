package dev.loompoll.server.internal.reactor;

import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Served;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Since when a client owes something: a request, the rest of one, or that it reads. The loop's
 * alone, but for {@link #idleSince}. Times begin no earlier than what they measure, so that nobody
 * is found late too early.
 */
final class Guard {
  // What the client owes      moved by
  // NOTHING: it is our turn   busy
  // REQUEST: it is idle       waits(false)
  // REST: of a request        waits(true)
  //
  // Beside that, it owes that it reads while there is something to send: sending, sentAll.
  private static final int NOTHING = 0;
  private static final int REQUEST = 1;
  private static final int REST = 2;

  private final Timeouts timeouts;
  private final LongSupplier clock;

  private int owes = NOTHING;

  /** When it began to owe that. */
  private long since;

  /** Of a request that is not whole, or a little more. */
  private long bytes;

  private int lastRead;
  private boolean sending;

  /** When the kernel last took something. */
  private long progress;

  /** Written by the loop. */
  private volatile long idleSince = Served.BUSY;

  Guard(Timeouts timeouts, LongSupplier clock) {
    this.timeouts = timeouts;
    this.clock = clock;
  }

  /** Any thread: since when it has been idle, or {@link Served#BUSY}. */
  long idleSince() {
    return idleSince;
  }

  /** Whether it has been idle for so long. */
  boolean idles(long now, long nanos) {
    return owes == REQUEST && !sending && now - since >= nanos;
  }

  void received(int n) {
    bytes += n;
    lastRead = n;
  }

  /** A request is being handled, or it is not the client's turn for another reason. */
  void busy() {
    bytes = lastRead; // some of these may be of the next request
    if (owes != NOTHING) {
      owes = NOTHING;
      idleSince = Served.BUSY;
    }
  }

  /** Nothing can be done but wait for the client. */
  void waits(boolean withinRequest) {
    int now = withinRequest ? REST : REQUEST;
    if (owes != now) {
      owes = now;
      since = clock.getAsLong();
      idle();
    }
    if (!withinRequest) {
      bytes = 0;
      lastRead = 0;
    }
  }

  private void idle() {
    idleSince = owes == REQUEST && !sending ? since : Served.BUSY;
  }

  /** Something is left to be sent; {@code progress} says whether the kernel has taken some now. */
  void sending(boolean some) {
    if (some || !sending) {
      progress = clock.getAsLong();
    }
    if (!sending) {
      sending = true;
      idle();
    }
  }

  void sentAll() {
    if (sending) {
      sending = false;
      if (owes == REQUEST) {
        since = clock.getAsLong();
      }
      idle();
    }
  }

  /** What the client has been late with, or null. */
  @Nullable Refused overdue(long now, long idleTimeout) {
    if (sending && now - progress >= timeouts.writeStall()) {
      return Refused.WRITE_STALL;
    }
    if (idles(now, idleTimeout)) {
      return Refused.IDLE_TIMEOUT;
    }
    long waited = now - since;
    if (owes == REST) {
      if (waited >= timeouts.header()) {
        return Refused.HEADER_TIMEOUT;
      }
      if (waited >= timeouts.minRateGrace() && bytes < timeouts.minRate() * (waited / 1e9)) {
        return Refused.MIN_RATE;
      }
    }
    return null;
  }
}
