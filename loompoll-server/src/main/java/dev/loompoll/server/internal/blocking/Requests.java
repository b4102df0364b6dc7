package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.DeadlineExceededException;
import dev.loompoll.server.Codec;
import dev.loompoll.server.FrameException;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Inbound;
import dev.loompoll.server.internal.Served;
import dev.loompoll.server.internal.admission.Admission;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection as they come from its socket, and what becomes of a client that is
 * slow with them. One thread at a time.
 *
 * <p>Time counts against a client only while its reader waits for it: not while an earlier request
 * is handled, nor while a full channel holds the reader up.
 *
 * <p>A deadline is lazy: when it passes, the reader sees what is really due, and waits for that. It
 * is stored in the connection only if the present one comes too late, or much too early. So a
 * request costs a look at the clock and no timer. Since the idle timeout may become shorter, who is
 * idle looks again after half of it at the latest.
 */
final class Requests<Q> {
  /** What a wait for more has brought. */
  enum More {
    /** Bytes: there may be requests. */
    BYTES,
    /** The end of the client's stream. */
    END,
    /** Nothing more is to be read: by order, or for what the client sent. */
    STOPPED,
    /** The same, to a client that was waited for: by order, or because it was too slow. */
    STOPPED_WAITING
  }

  private final Connection connection;
  private final Conn conn;
  private final Admission admission;
  private final Guards guards;
  private final Inbound<Q> inbound;

  /** Bytes of the request that is not whole yet, those that its decoder has taken among them. */
  private long part;

  /** Whether {@link #partSince} holds for that request. */
  private boolean timed;

  /** When the reader began to wait for the rest. */
  private long partSince;

  /** Whether the connection has a deadline of ours, {@link #armedFor}. */
  private boolean armed;

  private long armedFor;

  /** Whether that is for one that is idle, and how far away it was when it was stored. */
  private boolean armedIdle;

  private long armedSpan;

  /** Whether the client was found late, and is to be sent away at {@link #departure}. */
  private boolean departs;

  private long departure;

  /** The client sent what is no request; nothing more can be decoded. */
  private boolean garbled;

  Requests(Connection connection, Admission admission, Guards guards, Codec.Decoder<Q> decoder) {
    this.connection = connection;
    this.conn = connection.conn;
    this.admission = admission;
    this.guards = guards;
    this.inbound = new Inbound<>(decoder);
  }

  /** The next request of those that were read, or null. */
  @Nullable Q next() {
    if (garbled) {
      return null;
    }
    try {
      Q request = inbound.next();
      if (request != null) {
        part = inbound.remaining();
        timed = false;
      }
      return request;
    } catch (FrameException e) {
      garbled(e);
      return null;
    }
  }

  /** After {@link More#END}: a last request, or null. Once. */
  @Nullable Q last() {
    try {
      return inbound.end();
    } catch (FrameException e) {
      garbled(e);
      return null;
    }
  }

  /** Whether all that came could be decoded. */
  boolean whole() {
    return !garbled;
  }

  private void garbled(FrameException e) {
    garbled = true;
    connection.refuse(
        e.kind() == FrameException.Kind.TOO_LARGE ? Refused.TOO_LARGE : Refused.MALFORMED);
  }

  /** Waits for more bytes, after {@link #next} was null. */
  More more() throws IOException {
    if (garbled || connection.draining()) {
      return More.STOPPED;
    }
    long now = System.nanoTime();
    if (part == 0) {
      connection.idleSince(now);
      departs = false;
    } else if (!timed) {
      timed = true;
      partSince = now;
      departs = false;
    }
    armAsNeeded(now);
    boolean looked = false;
    for (; ; ) {
      if (connection.draining()) { // after arm(): see Connection
        return More.STOPPED_WAITING;
      }
      try {
        byte[] array = inbound.space();
        int n = conn.read(array, inbound.offset(), inbound.length());
        connection.idleSince(Served.BUSY);
        if (n < 0) {
          return More.END;
        }
        inbound.received(n);
        part += n;
        return More.BYTES;
      } catch (DeadlineExceededException e) {
        now = System.nanoTime();
        if (now - due(now) < 0) {
          inbound.rest();
          looked = false;
          armed = false;
          armAsNeeded(now);
        } else if (!looked) {
          looked = true;
          arm(lastLook(now));
        } else if (!connection.draining()) {
          connection.refuse(tooSlow(now));
          return More.STOPPED_WAITING;
        }
      }
    }
  }

  private void armAsNeeded(long now) {
    boolean idle = part == 0;
    if (idle && armed && armedIdle && armedFor - now > armedSpan / 2) {
      return; // most: an idle connection as the last time
    }
    long span = due(now) - now;
    if (idle) {
      span = Math.min(span, admission.idleTimeoutNanos() / 2 + 1);
    } else if (armed && armedFor - now > span / 2 && armedFor - now <= span) {
      return;
    }
    armedIdle = idle;
    armedSpan = span;
    arm(now + span);
  }

  private void arm(long nanoTime) {
    armed = true;
    armedFor = nanoTime;
    conn.setReadDeadline(nanoTime);
  }

  /** Until when a client that is late may still save itself. */
  private long lastLook(long now) {
    if (!departs) {
      departs = true;
      departure = admission.departure(now);
    }
    long atLeast = now + Guards.LAST_LOOK;
    return departure - atLeast > 0 ? departure : atLeast;
  }

  /** When the client will have been too slow. */
  private long due(long now) {
    if (part > 0) {
      return partSince + guards.forPart(part);
    }
    long idleSince = connection.idleSince();
    long timeout = Math.min(admission.idleTimeoutNanos(), Guards.LONGEST);
    return (idleSince == Served.BUSY ? now : idleSince) + timeout;
  }

  private Refused tooSlow(long now) {
    if (part == 0) {
      return Refused.IDLE_TIMEOUT;
    }
    return now - partSince >= guards.header() ? Refused.HEADER_TIMEOUT : Refused.MIN_RATE;
  }
}
