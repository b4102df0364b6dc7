package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.DeadlineExceededException;
import dev.loompoll.server.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gathers buffers and writes them in one go. Closes the connection of a client that does not read.
 * One thread at a time.
 *
 * <p>The write deadline is lazy as the read deadline of {@link Requests} is: it is stored for twice
 * the time that a stall may take, and again only when less than once that time is left of it.
 */
final class Outbound {
  private static final int MOST_BUFFERS = 64;
  private static final int MOST_BYTES = 64 * 1024;

  /** A write that takes longer waits for the client. Nanoseconds. */
  private static final long LONG = 10_000_000;

  private final Connection connection;
  private final Conn conn;
  private final long writeStall;
  private @Nullable ByteBuffer[] gathered = new @Nullable ByteBuffer[2];
  private int count;
  private long bytes;
  private boolean armed;
  private long armedFor;

  Outbound(Connection connection, Guards guards) {
    this.connection = connection;
    this.conn = connection.conn;
    this.writeStall = guards.writeStall();
  }

  /** As the other, where nobody has to know. */
  void add(ByteBuffer buffer) throws IOException {
    add(buffer, null);
  }

  /**
   * Adds a buffer. Writes, and waits for that, only if too much would be held back.
   *
   * @param waits see {@link #flush(Runnable)}
   */
  void add(ByteBuffer buffer, @Nullable Runnable waits) throws IOException {
    int more = buffer.remaining();
    if (bytes + more > MOST_BYTES) {
      flush(waits);
    }
    if (count == gathered.length) {
      gathered = Arrays.copyOf(gathered, Math.min(4 * count, MOST_BUFFERS));
    }
    gathered[count++] = buffer;
    bytes += more;
    if (bytes >= MOST_BYTES || count == MOST_BUFFERS) {
      flush(waits);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Writes what was gathered. */
  void flush() throws IOException {
    flush(null);
  }

  /**
   * Writes what was gathered.
   *
   * @param waits told if the client does not read, so that this takes long; null is nobody
   */
  void flush(@Nullable Runnable waits) throws IOException {
    if (count == 0) {
      return;
    }
    try {
      write(waits);
    } finally {
      Arrays.fill(gathered, 0, count, null);
      count = 0;
      bytes = 0;
    }
  }

  private void write(@Nullable Runnable waits) throws IOException {
    long progress = System.nanoTime();
    boolean tells = waits != null;
    if (tells) {
      arm(progress + Math.min(LONG, writeStall));
    } else if (!armed || armedFor - progress < writeStall) {
      arm(progress + 2 * writeStall);
    }
    boolean looked = false;
    for (; ; ) {
      try {
        conn.write(buffers(), 0, count); // again: what went the last time is empty now
        return;
      } catch (DeadlineExceededException e) {
        long now = System.nanoTime();
        if (e.bytesTransferred > 0) {
          progress = now;
          looked = false;
        }
        if (tells && waits != null) {
          tells = false;
          waits.run();
        }
        if (now - progress < writeStall) {
          arm(progress + writeStall);
        } else if (!looked) {
          // The kernel says "writable" only when much of its buffer is free, but takes less, too.
          looked = true;
          arm(now + Guards.LAST_LOOK);
        } else {
          stalled();
          throw e;
        }
      }
    }
  }

  @SuppressWarnings("NullAway") // the first `count` are not null
  private ByteBuffer[] buffers() {
    return gathered;
  }

  private void stalled() throws IOException {
    conn.setLinger(0); // what the kernel holds for it is not kept for minutes
    connection.close(Refused.WRITE_STALL);
  }

  private void arm(long nanoTime) {
    armed = true;
    armedFor = nanoTime;
    conn.setWriteDeadline(nanoTime);
  }
}
