package dev.loompoll.gallery;

import dev.loompoll.gallery.EchoState.Step;
import java.net.SocketException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Non-blocking I/O and nothing else: one thread asks every connection in turn whether it has data,
 * by a {@code recv} that mostly answers EAGAIN. Nobody tells it anything.
 *
 * <p>That is the point of this model: it costs a system call a connection a round, used or not, and
 * the only choice is between a CPU that is burnt and an answer that is late. This one pauses for 1
 * ms after a round in which nothing happened: it answers up to that much late, and still the rounds
 * of many idle connections keep a CPU busy.
 */
final class NonblockingPolling extends EventLoop {
  private static final long PAUSE_NANOS = 1_000_000;

  /** Set by the main thread before its first look at the state. */
  private volatile @Nullable Thread thread;

  NonblockingPolling(String model, ListeningSocket listener) {
    super(model, listener);
  }

  @Override
  void loop() throws SocketException {
    thread = Thread.currentThread();
    while (goesOn()) {
      boolean anything = acceptAll();
      for (EchoState connection : connectionList()) {
        anything |= serve(connection) != Step.WAITS;
      }
      if (!anything) {
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  @Override
  void wake() {
    LockSupport.unpark(thread);
  }
}
