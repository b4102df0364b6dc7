package dev.loompoll.bench;

import java.io.IOException;

/** A process that the bench needs did not come up; the message holds what it said itself. */
public final class CannotStartException extends IOException {
  private static final long serialVersionUID = 1;

  public CannotStartException(String message) {
    super(message);
  }
}
