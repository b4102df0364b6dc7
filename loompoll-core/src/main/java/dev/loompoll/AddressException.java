package dev.loompoll;

import java.io.IOException;

/** A network or an address that cannot be understood. The message names it and says why. */
public final class AddressException extends IOException {
  private static final long serialVersionUID = 1L;

  AddressException(String message) {
    super(message);
  }
}
