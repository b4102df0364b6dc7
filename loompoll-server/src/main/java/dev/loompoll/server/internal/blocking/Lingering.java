package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.DeadlineExceededException;
import dev.loompoll.RawOp;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection whose client may still be sending. Closing a socket with unread data makes the
 * kernel send a reset, which can destroy answers that are on their way. So the client is told that
 * nothing more comes, and what it sends is thrown away until it closes, for a bounded time and
 * amount.
 */
enum Lingering {
  /** The client has ended its stream: nothing can be unread. */
  NOT,
  /** It was not answered lately: lingers only if something has come that is unread. */
  IF_UNREAD,
  /** Answers may be on their way, and requests too. */
  ALWAYS;

  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MOST_BYTES = 16L * 1024 * 1024;

  /** Written by all who linger, without order, and read by nobody. */
  private static final byte[] BIN = new byte[16 * 1024];

  /** Returns when the connection may be closed. By the last thread that reads from it. */
  void end(Conn conn) throws IOException {
    if (this == NOT) {
      return;
    }
    conn.closeWrite();
    if (this == ALWAYS || unread(conn)) {
      readToTheEnd(conn);
    }
  }

  /** Whether there was something; it is thrown away. */
  private static boolean unread(Conn conn) throws IOException {
    boolean[] found = new boolean[1];
    RawOp look =
        fd -> {
          found[0] = SocketCalls.recv(fd, BIN, 0, BIN.length, new ErrnoCell()) > 0;
          return true;
        };
    conn.rawControl(look);
    return found[0];
  }

  private static void readToTheEnd(Conn conn) throws IOException {
    long until = System.nanoTime() + LONGEST_NANOS;
    long thrownAway = 0;
    conn.setReadDeadline(until);
    while (thrownAway < MOST_BYTES) {
      try {
        int n = conn.read(BIN);
        if (n < 0) {
          return;
        }
        thrownAway += n;
      } catch (DeadlineExceededException e) {
        if (System.nanoTime() - until >= 0) {
          return;
        }
        conn.setReadDeadline(until); // a drain that begins now wanted to end a read, not this
      }
    }
  }
}
