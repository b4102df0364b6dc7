package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Served;
import dev.loompoll.server.internal.Service;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a blocking model: how it is told to read no more, and how it ends.
 *
 * <pre>
 *   OPEN    -> REFUSED  its reader, when the client broke a limit: that is counted, and what was
 *                       read before is still answered
 *   OPEN    -> CLOSED   by CAS, whoever closes it: abort() from any thread, or its own last thread.
 *   REFUSED -> CLOSED   The winner counts its reason, from OPEN only, closes the descriptor, and
 *                       then, once, takes the connection off the books
 * </pre>
 *
 * <p><b>Reading no more.</b> {@link #readNoMore} sets {@link #draining}, then a read deadline that
 * has passed. The reader sets its deadline, then looks at {@code draining}, then reads. If the
 * reader's deadline comes second, its look comes after the flag; if it comes first, the one that
 * has passed replaces it and ends the read, even one that waits already. So it cannot be missed.
 */
abstract class Connection implements Served {
  private static final int OPEN = 0;
  private static final int REFUSED = 1;
  private static final int CLOSED = 2;

  private static final VarHandle STATE;
  private static final VarHandle IDLE_SINCE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Connection.class, "state", int.class);
      IDLE_SINCE = lookup.findVarHandle(Connection.class, "idleSince", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Conn conn;
  private final Service<?, ?> service;
  private final InetAddress peer;

  /** See the table. */
  @SuppressWarnings("unused") // through STATE
  private volatile int state = OPEN;

  /** Set once, by any thread. */
  private volatile boolean draining;

  /** Written by the thread that reads; opaque: who culls takes a guess. */
  @SuppressWarnings("unused") // through IDLE_SINCE
  private long idleSince = BUSY;

  Connection(Service<?, ?> service, Conn conn, InetAddress peer) {
    this.service = service;
    this.conn = conn;
    this.peer = peer;
  }

  /** Begins to serve, on threads of its own. Once, after it was put on the books. */
  abstract void start();

  @Override
  public final InetAddress peer() {
    return peer;
  }

  // ---- idle or not

  @Override
  public long idleSince() {
    return (long) IDLE_SINCE.getOpaque(this);
  }

  /** By the reader: it waits for a request from now on, or (BUSY) does not. */
  final void idleSince(long nanoTime) {
    IDLE_SINCE.setOpaque(this, nanoTime);
  }

  // ---- the end

  @Override
  public void drain() {
    readNoMore();
  }

  /** Ends the reader, in its next read or in the present one. Any thread, any number of times. */
  final void readNoMore() {
    draining = true; // first: see above
    conn.setReadDeadline(System.nanoTime());
  }

  final boolean draining() {
    return draining;
  }

  /** The client broke a limit. The connection is to be closed soon. */
  final void refuse(Refused why) {
    if (STATE.compareAndSet(this, OPEN, REFUSED)) {
      service.tally().refused(why);
    }
  }

  final boolean isOpen() {
    return state != CLOSED;
  }

  /**
   * As {@link #abort}. It waits until nobody is inside an operation on the descriptor any more,
   * whom it wakes for that; not for a handler.
   */
  final void close(@Nullable Refused why) {
    int before = (int) STATE.getAndSet(this, CLOSED);
    if (before == CLOSED) {
      return;
    }
    if (before == OPEN && why != null) {
      service.tally().refused(why);
    }
    try {
      conn.close();
    } catch (IOException e) {
      // the descriptor is gone all the same
    } finally {
      service.admission().left(peer);
      service.connections().remove(this);
    }
  }

  @Override
  public final void abort(@Nullable Refused why) {
    close(why);
  }
}
