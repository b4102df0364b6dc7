package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.ConnClosedException;
import dev.loompoll.ConnResetException;
import dev.loompoll.DeadlineExceededException;
import dev.loompoll.server.ConnHandler;
import dev.loompoll.server.internal.Service;
import java.net.InetAddress;
import java.util.concurrent.ThreadFactory;

/** A connection that is handed to the user's code as it is. It is never idle, nor told to drain. */
final class HandedConnection extends Connection implements Runnable {
  private final Service<?, ?> service;
  private final ConnHandler handler;
  private final ThreadFactory threads;

  HandedConnection(
      Service<?, ?> service,
      ConnHandler handler,
      ThreadFactory threads,
      Conn conn,
      InetAddress peer) {
    super(service, conn, peer);
    this.service = service;
    this.handler = handler;
    this.threads = threads;
  }

  @Override
  void start() {
    threads.newThread(this).start();
  }

  @Override
  public void run() {
    try {
      handler.serve(conn);
    } catch (ConnResetException | ConnClosedException | DeadlineExceededException e) {
      // the client's doing, or this server's when it ends
    } catch (Throwable t) {
      service.failures().accept(t);
    } finally {
      close(null);
    }
  }

  @Override
  public void drain() {
    // it may finish, and sets its own deadlines
  }
}
