package dev.loompoll;

import java.net.SocketException;

/**
 * The peer has broken the connection: it sent a reset (ECONNRESET), or had closed it before this
 * write (EPIPE).
 */
public final class ConnResetException extends SocketException {
  private static final long serialVersionUID = 1L;

  ConnResetException(String message) {
    super(message);
  }
}
