package dev.loompoll.server.internal.admission;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor that is kept for the moment in which there is no other. Whoever gives it back to the
 * system can accept one connection, close it, and take the descriptor again. Any thread; the one
 * who has released it is the one to regain it.
 */
final class Reserve implements AutoCloseable {
  private static final Path NOTHING = Path.of("/dev/null");

  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. */
  private @Nullable FileChannel channel;

  private boolean closed;

  Reserve() {
    regain();
    // Once now: without a descriptor no class can be loaded.
    if (release()) {
      regain();
    }
  }

  /** Whether it was there; now it is the system's. */
  boolean release() {
    lock.lock();
    try {
      FileChannel c = channel;
      channel = null;
      if (c == null) {
        regainLocked(); // for the next time: an earlier regain may have failed
        return false;
      }
      c.close();
      return true;
    } catch (IOException e) {
      return true; // of /dev/null, and on Linux it is closed all the same
    } finally {
      lock.unlock();
    }
  }

  /** Takes it again. If that is not possible now, the next {@link #release} tries it. */
  void regain() {
    lock.lock();
    try {
      regainLocked();
    } finally {
      lock.unlock();
    }
  }

  private void regainLocked() {
    if (channel == null && !closed) {
      try {
        channel = FileChannel.open(NOTHING, StandardOpenOption.READ);
      } catch (IOException e) {
        // There is none. That is no worse than without a reserve.
      }
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    boolean unused = release();
  }
}
