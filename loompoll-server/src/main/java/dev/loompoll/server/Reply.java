package dev.loompoll.server;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The way back to the client. For the handler that it is given to, until that returns; not for
 * other threads.
 */
public interface Reply<R> {
  /**
   * Sends an answer after those before it. Waits while the client does not read what it was sent
   * ({@link Limits#writeHigh()}), except under {@link Model#LOOP}, which cannot wait.
   *
   * @throws IOException if the client is gone, or did not read for {@link Limits#writeStall()}
   */
  void send(R response) throws IOException;

  /** After this request's answers nothing more is read, and the connection ends in order. */
  void close();

  /** The client's address. */
  InetSocketAddress remoteAddress();
}
