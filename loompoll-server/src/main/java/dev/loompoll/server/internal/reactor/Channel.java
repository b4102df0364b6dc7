package dev.loompoll.server.internal.reactor;

import dev.loompoll.internal.sys.Errno;
import dev.loompoll.server.FrameException;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Reply;
import dev.loompoll.server.internal.Inbound;
import dev.loompoll.server.internal.Served;
import dev.loompoll.server.internal.Service;
import dev.loompoll.server.internal.gate.Gate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection that belongs to one {@link EventLoop}: all that a blocking program has on its stack
 * is a field here.
 */
final class Channel<Q, R> extends Source implements Served {
  // All on the loop's thread; only a handler's call runs elsewhere (under LOOP it runs here too).
  // At most one call is under way, so requests are answered in their order.
  //
  //   state      what                            left for
  //   NEW        not watched yet                 OPENING, READING by start
  //   OPENING    the handler is told             READING when that call is over
  //   READING    reads and decodes               HANDLING by a whole request; PAUSED at the high
  //                                              mark; ENDING, DRAINING if no more is to be read
  //   HANDLING   a request is at the gate or     READING when that call is over
  //              with a worker; reads nothing
  //   PAUSED     the client does not read its    READING at the low mark
  //              answers; reads nothing
  //   ENDING     the client has sent all, the    DRAINING when that call is over
  //              handler is told
  //   DRAINING   sends what is left              CLOSED if the client has sent all; LINGERING
  //   LINGERING  has told the client the end;    CLOSED by the client's end, by time, by too many
  //              throws away what comes          bytes
  //   CLOSED     the descriptor is closed
  //
  // Any state goes to CLOSED when the client is gone, when a guard or abort() says so, or when the
  // loop ends. No more is read once one of wire.eof, `closing` and `draining` is set: what was read
  // is answered after eof and `draining`, and thrown away after `closing`.
  //
  // It lingers because close() with unread data makes the kernel send a reset, at which the
  // client's kernel may throw away answers that its program has not read yet.
  private enum State {
    NEW,
    OPENING,
    READING,
    HANDLING,
    PAUSED,
    ENDING,
    DRAINING,
    LINGERING,
    CLOSED
  }

  /** So many reads and requests a turn, then others have theirs. */
  private static final int STEPS_A_TURN = 32;

  private static final long LINGER_NANOS = 1_000_000_000;
  private static final int LINGER_BYTES = 4 * 1024 * 1024;

  private final Service<Q, R> service;
  private final EventLoop loop;

  /** Null if handlers run on the loop's thread. */
  private final @Nullable Executor workers;

  private final InetAddress peer;
  private final Session<Q, R> session;
  private final Inbound<Q> in;
  private final Outbound out;
  private final Guard guard;
  private final Wire wire;

  // ---- of several threads

  /** Whether a turn is in the loop's queue, which will see all that was published before. */
  private final AtomicBoolean posted = new AtomicBoolean();

  /** The call that is over. Written by whoever ran it, taken by the loop. */
  private volatile @Nullable Call<Q, R> finished;

  /** Set by {@link #drain}. */
  private volatile boolean draining;

  /** Set by the loop; others skip what would be in vain. */
  private volatile boolean closed;

  // ---- of the loop alone

  private State state = State.NEW;

  /** The decoder has been told of the end. */
  private boolean endDecoded;

  /** Whether bytes have come that the decoder has not seen. */
  private boolean fresh;

  /** What the client sends is of no use any more. */
  private boolean closing;

  /** It was idle: lingers only if something unread has come meanwhile. */
  private boolean quiet;

  /** It was found late, and waits until it may be sent away. */
  private boolean awaitsDeparture;

  private boolean advancing;
  private long lingerUntil;
  private int lingered;

  /** Calls the user's code, for a handler and a decoder. */
  Channel(
      Service<Q, R> service,
      EventLoop loop,
      @Nullable Executor workers,
      Timeouts timeouts,
      int fd,
      InetSocketAddress remote) {
    this.service = service;
    this.loop = loop;
    this.workers = workers;
    this.peer = remote.getAddress();
    this.session = new Session<>(service, this, remote);
    this.in = new Inbound<>(Objects.requireNonNull(service.codec()).newDecoder());
    this.out = new Outbound(service.limits().writeLow(), service.limits().writeHigh());
    this.guard = new Guard(timeouts, loop::now);
    this.wire = new Wire(fd);
  }

  /** Its first turn. */
  void start() {
    if (state != State.NEW) {
      return; // closed before it could begin
    }
    if (loop.watch(wire.fd, this) != 0) {
      refuse(Refused.DESCRIPTORS);
    } else if (session.hooks().opened()) {
      state = State.OPENING;
      new Call<>(this, Call.Kind.OPENED, null).admitted();
    } else {
      state = State.READING;
      advance();
    }
  }

  // ---- for all threads

  @Override
  public InetAddress peer() {
    return peer;
  }

  @Override
  public long idleSince() {
    return guard.idleSince();
  }

  boolean isOpen() {
    return !closed;
  }

  @Override
  public void drain() {
    draining = true;
    post();
  }

  @Override
  public void abort(@Nullable Refused why) {
    loop.execute(
        () -> {
          if (why == null) {
            close("the server has closed the connection");
          } else if (why != Refused.CULLED || guard.idleSince() != BUSY) {
            refuse(why); // one that is idle no more is not the one that was to be culled
          }
        });
  }

  /** Lets the loop see what was published. */
  private void post() {
    if (!posted.get() && posted.compareAndSet(false, true)) {
      loop.execute(this);
    }
  }

  // ---- for calls

  /** By whoever ran or shed it. */
  void finished(Call<Q, R> call) {
    finished = call;
    if (!loop.inLoop() || !advancing) {
      post();
    }
  }

  /** Who runs those that were admitted later. */
  Executor workers() {
    return workers != null ? workers : loop;
  }

  Gate gate() {
    return service.gate();
  }

  Session<Q, R> session() {
    return session;
  }

  /** For {@link Reply#send}. */
  void send(ByteBuffer bytes) throws IOException {
    if (!loop.inLoop()) {
      out.add(bytes);
      post();
      return;
    }
    out.addAtOnce(bytes);
    if (out.isHigh()) {
      flush();
    } else if (!advancing) {
      post();
    }
  }

  // ---- the loop's turns

  @Override
  void ready(int events) {
    wire.ready(events);
    advance();
  }

  @Override
  public void run() {
    posted.set(false); // before it looks at what was published
    if (state == State.NEW && draining) {
      close("the server has ended");
    }
    advance();
  }

  /** All that can be done now. */
  private void advance() {
    if (advancing || state == State.NEW || state == State.CLOSED) {
      return;
    }
    advancing = true;
    try {
      flush();
      readAndHandle();
      flush();
      if (state == State.DRAINING && out.isEmpty()) {
        sentAll();
      }
      if (state == State.LINGERING) {
        discard();
      }
    } catch (Throwable t) {
      session.failed(t);
      close("the server has failed");
    } finally {
      advancing = false;
    }
  }

  private void readAndHandle() {
    for (int steps = STEPS_A_TURN; ; ) {
      takeFinished();
      if (state == State.PAUSED && out.isLow()) {
        state = State.READING;
      }
      if (state != State.READING) {
        return;
      }
      if (out.isHigh()) {
        flush();
        if (state == State.READING && out.isHigh()) {
          state = State.PAUSED;
          guard.busy();
          return;
        }
        continue;
      }
      if (--steps < 0) {
        guard.busy();
        loop.again(this);
        return;
      }
      Q request = decode();
      if (request != null) {
        submit(request);
      } else if (wire.eof || closing || draining) {
        readAll();
      } else if (!wire.readable) {
        guard.waits(in.pending());
        return;
      } else {
        receive();
      }
    }
  }

  private void receive() {
    int error = wire.receive(in, loop.errno);
    if (error != 0) {
      gone(error);
    } else if (wire.moved > 0) {
      guard.received(wire.moved);
      fresh = true;
    }
  }

  private @Nullable Q decode() {
    if (closing) {
      return null;
    }
    try {
      if (fresh) {
        Q request = in.next();
        if (request != null) {
          return request;
        }
        fresh = false;
      }
      if (wire.eof && !endDecoded) {
        endDecoded = true;
        return in.end();
      }
    } catch (FrameException e) {
      boolean tooLarge = e.kind() == FrameException.Kind.TOO_LARGE;
      service.tally().refused(tooLarge ? Refused.TOO_LARGE : Refused.MALFORMED);
      closing = true;
    } catch (RuntimeException | Error e) {
      session.failed(e);
      closing = true;
    }
    return null;
  }

  private void submit(Q request) {
    state = State.HANDLING;
    guard.busy();
    Call<Q, R> call = new Call<>(this, Call.Kind.REQUEST, request);
    if (!gate().enter(call)) {
      return;
    }
    if (workers == null) {
      call.run();
    } else {
      call.admitted();
    }
  }

  private void takeFinished() {
    Call<Q, R> call = finished;
    if (call == null || state == State.CLOSED) {
      return;
    }
    finished = null;
    boolean refused = call.isShed() && !session.degrade(call);
    closing |= refused || call.hasFailed() || session.closeAsked();
    if (state != State.CLOSED) {
      state = call.kind == Call.Kind.ENDED ? State.DRAINING : State.READING;
    }
  }

  /** Nothing is left that the client could be answered. */
  private void readAll() {
    if (wire.eof && !closing && session.hooks().ended()) {
      guard.busy();
      state = State.ENDING;
      new Call<>(this, Call.Kind.ENDED, null).admitted();
      return;
    }
    quiet = !closing && (guard.idleSince() != BUSY || !wire.everSent);
    guard.busy();
    state = State.DRAINING;
  }

  private void flush() {
    if (!wire.writable || out.isEmpty() || state == State.CLOSED) {
      return;
    }
    long before = out.size();
    int error = wire.flush(out, loop);
    if (error != 0) {
      gone(error);
    } else if (wire.writable) {
      guard.sentAll();
    } else {
      guard.sending(out.size() != before);
    }
  }

  // ---- the end

  private void sentAll() {
    if (wire.eof || wire.endOutput(loop.errno) != 0) {
      close("the connection has ended");
    } else {
      state = State.LINGERING;
      lingerUntil = loop.now() + LINGER_NANOS;
      wire.readable = true; // look
    }
  }

  private void discard() {
    for (int steps = STEPS_A_TURN; wire.readable; ) {
      int error = wire.discard(loop.scratch, loop.errno);
      lingered += wire.moved;
      if (error != 0 || lingered > LINGER_BYTES) {
        close("the client does not end");
        return;
      }
      if (--steps == 0) {
        loop.again(this);
        return;
      }
    }
    if (wire.eof || quiet && lingered == 0) {
      close("the connection has ended");
    }
  }

  @Override
  boolean swept() {
    return true;
  }

  /**
   * Before a client is found late, a last look into its socket: what this thread had no time to
   * read or to send is not the client's fault.
   */
  @Override
  boolean sweep(long now) {
    if (state == State.LINGERING) {
      boolean late = now - lingerUntil >= 0;
      if (late) {
        close("the client does not end");
      }
      return late;
    }
    long idleTimeout = service.admission().idleTimeoutNanos();
    if (guard.overdue(now, idleTimeout) == null) {
      if (guard.idles(now, idleTimeout / 2)) {
        in.rest();
      }
      return false;
    }
    if (awaitsDeparture) {
      return false;
    }
    long at = service.admission().departure(now);
    awaitsDeparture = at - now > 0;
    if (awaitsDeparture) {
      loop.depart(this, at);
    } else {
      refuseIfLate(now);
    }
    return true;
  }

  @Override
  void departs(long now) {
    awaitsDeparture = false;
    if (state != State.CLOSED && state != State.LINGERING) {
      refuseIfLate(now);
    }
  }

  private void refuseIfLate(long now) {
    long idleTimeout = service.admission().idleTimeoutNanos();
    if (guard.overdue(now, idleTimeout) != null) {
      wire.readable = true;
      wire.writable = true;
      advance();
      Refused why = guard.overdue(now, idleTimeout);
      if (why != null) {
        refuse(why);
      }
    }
  }

  @Override
  void abandon() {
    close("the server has ended");
  }

  private void gone(int errno) {
    close("the client is gone: " + Errno.describe(errno));
  }

  private void refuse(Refused why) {
    if (state != State.CLOSED) {
      service.tally().refused(why);
      close("the server has closed the connection: " + why);
    }
  }

  /** Only here is the descriptor closed. With answers unsent, by a reset: the client must know. */
  private void close(String why) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    closed = true;
    guard.busy();
    loop.forget(this);
    wire.close(!out.isEmpty(), loop.errno);
    out.close(why);
    service.admission().left(peer); // first: who sees fewer connections may count on room
    service.connections().remove(this);
  }
}
