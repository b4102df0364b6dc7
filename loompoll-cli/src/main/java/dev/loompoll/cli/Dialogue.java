package dev.loompoll.cli;

import dev.loompoll.Conn;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stream to the connection and the connection to a stream, both at once, until the peer closes.
 *
 * <p>A failed write does not end it: what the peer has sent before that still comes out.
 */
final class Dialogue {
  private static final int CHUNK = 64 * 1024;

  private final Conn conn;
  private final InputStream in;
  private final OutputStream out;

  /** Held while something is being sent. Fair, for {@link #finishSending} asks again and again. */
  private final ReentrantLock sending = new ReentrantLock(true);

  private volatile @Nullable IOException sendFailure;

  Dialogue(Conn conn, InputStream in, OutputStream out) {
    this.conn = conn;
    this.in = in;
    this.out = out;
  }

  void run() throws IOException {
    // No goroutine: a read of a terminal or pipe blocks, and would take its carrier with it.
    Thread sender = Thread.ofPlatform().daemon().name("stdin").start(this::send);
    receive();
    finishSending(sender);
    IOException failure = sendFailure;
    if (failure != null) {
      throw failure;
    }
  }

  private void receive() throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (int n; (n = conn.read(chunk)) > 0; ) {
      try {
        out.write(chunk, 0, n);
      } catch (IOException e) {
        throw new IOException("stdout: " + e.getMessage(), e);
      }
    }
  }

  private void send() {
    byte[] chunk = new byte[CHUNK];
    try {
      int n;
      do {
        n = in.read(chunk);
      } while (n > 0 && sendChunk(chunk, n));
    } catch (IOException e) {
      sendFailure = new IOException("stdin: " + e.getMessage(), e);
    }
    try {
      conn.closeWrite();
    } catch (IOException e) {
      // The connection is broken: a write has failed already, or the next read will.
    }
  }

  private boolean sendChunk(byte[] chunk, int n) {
    sending.lock();
    try {
      conn.write(chunk, 0, n);
      return true;
    } catch (IOException e) {
      sendFailure = e; // under the lock, so that finishSending sees it
      return false;
    } finally {
      sending.unlock();
    }
  }

  /**
   * The peer sends no more. It may still read, and a write may be about to fail, so whatever input
   * is there goes out first. Input that may come later is not waited for.
   */
  private void finishSending(Thread sender) throws IOException {
    while (sender.isAlive()) {
      sending.lock();
      try {
        if (sendFailure != null || in.available() == 0) {
          return;
        }
      } finally {
        sending.unlock();
      }
      Thread.yield();
    }
  }
}
