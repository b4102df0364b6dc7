package dev.loompoll;

import java.net.SocketException;

/**
 * {@link Listener#accept} found no free descriptor or no memory (EMFILE, ENFILE, ENOBUFS, ENOMEM):
 * the connection still waits, and the shortage passes. Only with {@link
 * ListenConfig#returnResourceErrors}; without it {@code accept} waits.
 */
public final class ShortageException extends SocketException {
  private static final long serialVersionUID = 1L;

  ShortageException(String message) {
    super(message);
  }
}
