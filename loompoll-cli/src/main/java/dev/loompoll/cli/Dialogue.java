package dev.loompoll.cli;

import dev.loompoll.Conn;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Input to the connection and the connection to output, both at once, until the peer closes.
 *
 * <p>A failed write does not end it: what the peer has sent before that still comes out. Nor does
 * the end of what the peer sends cut off input that is there: it may have closed one direction
 * only.
 */
final class Dialogue {
  private static final int CHUNK = 64 * 1024;

  private final Conn conn;
  private final InputStream in;
  private final OutputStream out;

  /**
   * Held while there is something to send. Fair, for {@link #finishSending} asks again and again.
   */
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
    boolean more = true;
    while (more) {
      boolean ready = ready();
      int n = ready ? 0 : input(chunk); // waits for input without the lock
      sending.lock();
      try {
        // Not before: it must not look as if all were sent when the last of it is in our hands.
        n = ready ? input(chunk) : n;
        more = n > 0;
        if (more) {
          conn.write(chunk, 0, n);
        }
      } catch (IOException e) {
        sendFailure = e;
        more = false;
      } finally {
        sending.unlock();
      }
    }
    try {
      conn.closeWrite();
    } catch (IOException e) {
      // The connection is broken: a write has failed already, or the next read will.
    }
  }

  private boolean ready() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      return false; // reading will tell
    }
  }

  private int input(byte[] chunk) {
    try {
      return in.read(chunk);
    } catch (IOException e) {
      sendFailure = new IOException("stdin: " + e.getMessage(), e);
      return -1;
    }
  }

  /**
   * The peer sends no more. Whatever input is there still goes out, or fails to. Input that may
   * come later is not waited for.
   */
  private void finishSending(Thread sender) {
    boolean more = true;
    while (more && sender.isAlive()) {
      sending.lock();
      try {
        more = sendFailure == null && ready();
      } finally {
        sending.unlock();
      }
      Thread.yield();
    }
  }
}
