package dev.loompoll.server.internal.blocking;

import dev.loompoll.server.Reply;
import java.net.InetSocketAddress;

/** Where the handler's answers go, under a blocking model. For the thread that runs the handler. */
abstract class Answers<R> implements Reply<R> {
  private final Connection connection;
  private boolean closing;

  /** Told when the handler has to wait for its client; of the handler's thread. */
  private Runnable waiting = () -> {};

  Answers(Connection connection) {
    this.connection = connection;
  }

  /**
   * Called before each request, which may take long: what is sent from now on is for that.
   *
   * @return false if the connection is broken
   */
  abstract boolean begin();

  /**
   * Sends what was held back.
   *
   * @return false if the connection is broken
   */
  abstract boolean flush();

  /** Whether sending has failed: what a handler throws then is no failure of its own. */
  abstract boolean broken();

  /**
   * Whom to tell that the handler waits until its client reads; perhaps several times for one
   * request. Before the first.
   */
  final void onWait(Runnable waiting) {
    this.waiting = waiting;
  }

  /** The handler has to wait for its client now. */
  final void waits() {
    waiting.run();
  }

  final boolean isOpen() {
    return connection.isOpen();
  }

  @Override
  public final void close() {
    closing = true;
  }

  final boolean closing() {
    return closing;
  }

  @Override
  public final InetSocketAddress remoteAddress() {
    return connection.conn.remoteAddress();
  }
}
