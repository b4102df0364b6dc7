package dev.loompoll.server.internal.reactor;

import java.io.IOException;

/** A handler wanted to send on a connection that has ended: not the handler's failure. */
final class ClientGone extends IOException {
  private static final long serialVersionUID = 1;

  ClientGone(String message) {
    super(message);
  }
}
