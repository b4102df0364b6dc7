package dev.loompoll.server;

import dev.loompoll.Conn;

/**
 * Serves a connection by blocking calls on it, under the models that give it a thread or a
 * goroutine of its own: {@link Model#GOROUTINE} and {@link Model#THREAD}. When it returns or
 * throws, the connection is closed.
 */
@FunctionalInterface
public interface ConnHandler {
  /** Serves {@code conn} to its end. */
  void serve(Conn conn) throws Exception;
}
