package dev.loompoll.server.internal;

import dev.loompoll.Listener;
import java.io.IOException;
import java.util.List;

/** A model at work. What connections it has, it keeps in the service's {@link Connections}. */
public interface Runner {
  /** Begins to accept from the listeners, which it does not close. */
  void start(List<Listener> listeners) throws IOException;

  /**
   * After the listeners were closed: returns when no connection can be added any more. May block.
   */
  void stopAccepting() throws InterruptedException;

  /** After the last connection has gone: ends its threads. */
  void end() throws InterruptedException;
}
