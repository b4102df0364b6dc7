package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.ConnClosedException;
import dev.loompoll.Listener;
import dev.loompoll.ShortageException;
import dev.loompoll.internal.net.ListenerAccess;
import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import dev.loompoll.server.internal.Service;
import dev.loompoll.server.internal.admission.Admission;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;

/** Accepts the connections of one listener, on one thread, until the listener is closed. */
final class Acceptor implements Runnable {
  /** Makes a connection of a model, which is not started yet. */
  interface Maker {
    Connection make(Conn conn, InetAddress peer);
  }

  private static final long FIRST_PAUSE_NANOS = 5_000_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

  private final Listener listener;
  private final Service<?, ?> service;
  private final Admission admission;
  private final Maker maker;
  private final Refusal refusal;

  private final Admission.OneAccept turnAway;

  private final Thread thread;

  /** Set once, by who ends the server; then the thread is unparked. */
  private volatile boolean stopped;

  Acceptor(Listener listener, Service<?, ?> service, Maker maker, ThreadFactory threads) {
    this.listener = listener;
    this.service = service;
    this.admission = service.admission();
    this.maker = maker;
    this.refusal = new Refusal(service.refusal());
    this.turnAway = oneAccept(ListenerAccess.fd(listener));
    this.thread = threads.newThread(this);
    thread.setName("accept " + listener.address());
  }

  private static Admission.OneAccept oneAccept(FD fd) {
    byte[] address = new byte[SocketAddresses.MAX_LENGTH];
    int[] length = new int[1];
    ErrnoCell errno = new ErrnoCell();
    boolean[] found = new boolean[1];
    IntPredicate acceptOne =
        sysfd -> {
          int n = SocketCalls.accept(sysfd, address, length, errno);
          found[0] = n >= 0;
          return found[0] && FdCalls.close(n) == 0;
        };
    return () -> fd.control(acceptOne) == Result.OK && found[0];
  }

  void start() {
    thread.start();
  }

  /** After the listener was closed: ends a pause. */
  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  /** Returns when it will accept no more. */
  void join() throws InterruptedException {
    thread.join();
  }

  @Override
  public void run() {
    long failing = 0; // the last pause, 0 after a success
    while (!stopped && listener.isOpen()) {
      try {
        admission.await();
        accepted(listener.accept());
        failing = 0;
      } catch (ConnClosedException e) {
        // the listener: it is not open any more
      } catch (ShortageException e) {
        var unusedPause = admission.shortage(); // await() keeps it
        var unusedAnswer = admission.turnAway(turnAway);
      } catch (InterruptedException | InterruptedIOException e) {
        return; // nobody does that; but if so, it would be for ever
      } catch (Exception | Error e) {
        // One connection's failure, as far as anybody knows. If it is the listener's, accept would
        // fail at once again.
        failed(e);
        failing = Math.clamp(2 * failing, FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
        pause(failing);
      }
    }
  }

  private void failed(Throwable t) {
    try {
      service.failures().accept(t);
    } catch (Throwable again) {
      // who was told could not bear it; this goes on
    }
  }

  private void accepted(Conn conn) throws IOException {
    InetAddress peer = conn.remoteAddress().getAddress();
    if (admission.admit(peer) != null) { // which has counted it
      refusal.turnAway(conn);
      return;
    }
    Connection connection;
    try {
      connection = maker.make(conn, peer);
    } catch (Throwable t) {
      conn.close();
      admission.left(peer);
      throw t;
    }
    service.connections().add(connection);
    try {
      connection.start();
    } catch (Throwable t) { // there are no more threads, say
      connection.close(null);
      throw t;
    }
  }

  private void pause(long nanos) {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !stopped; left = until - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }
}
