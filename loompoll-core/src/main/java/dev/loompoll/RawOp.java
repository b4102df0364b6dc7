package dev.loompoll;

import java.io.IOException;

/** A system call of the user's own on a connection's descriptor, see {@link Conn#rawRead}. */
@FunctionalInterface
public interface RawOp {
  /**
   * Tries once. Must not block, close the descriptor or keep it.
   *
   * @return true when done; false (EAGAIN) to be called again when the descriptor is ready
   */
  boolean attempt(int fd) throws IOException;
}
