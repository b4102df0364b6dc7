package dev.loompoll;

import java.nio.channels.ClosedChannelException;

/** The listener or connection was closed on this side, before the operation or during it. */
public final class ConnClosedException extends ClosedChannelException {
  private static final long serialVersionUID = 1L;

  private final String message;

  ConnClosedException(String message) {
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
