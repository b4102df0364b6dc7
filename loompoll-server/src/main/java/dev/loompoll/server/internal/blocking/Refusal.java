package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.RawOp;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Turns connections away without ever waiting for their clients. For one acceptor. */
final class Refusal implements RawOp {
  private final byte[] answer;

  /** What was sent with the connection request would make of close a reset. One acceptor's own. */
  private final byte[] bin = new byte[4 * 1024];

  private final ErrnoCell errno = new ErrnoCell();

  Refusal(@Nullable ByteBuffer answer) {
    this.answer = new byte[answer == null ? 0 : answer.remaining()];
    if (answer != null) {
      answer.duplicate().get(this.answer);
    }
  }

  /** Sends what the kernel takes at once, and closes. By one thread. */
  void turnAway(Conn conn) throws IOException {
    try (conn) {
      if (answer.length > 0) {
        conn.rawControl(this);
      }
    }
  }

  @Override
  public boolean attempt(int fd) {
    int sent = 0;
    while (sent < answer.length) {
      int n = SocketCalls.send(fd, answer, sent, answer.length - sent, errno);
      if (n <= 0) {
        break;
      }
      sent += n;
    }
    var unusedEnd = SocketCalls.shutdown(fd, SocketCalls.SHUT_WR, errno);
    var unusedRead = SocketCalls.recv(fd, bin, 0, bin.length, errno);
    return true;
  }
}
