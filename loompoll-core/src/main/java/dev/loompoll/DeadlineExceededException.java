package dev.loompoll;

import java.net.SocketTimeoutException;

/**
 * A deadline has passed. {@link #bytesTransferred} says how much was read or written before that.
 * The connection stays usable: set a later deadline, or none, and go on.
 */
public final class DeadlineExceededException extends SocketTimeoutException {
  private static final long serialVersionUID = 1L;

  DeadlineExceededException(String message, int bytesTransferred) {
    super(message);
    this.bytesTransferred = bytesTransferred;
  }
}
