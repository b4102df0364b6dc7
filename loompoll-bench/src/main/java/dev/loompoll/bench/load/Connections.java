package dev.loompoll.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** The connections to one contestant. */
final class Connections {
  final int size;
  final int[] fds;

  /** When the message in flight was sent; meaningless while none is. */
  final long[] sentAt;

  /** How many messages were sent on it: the stamp of the next. */
  final int[] sequence;

  /** How much of the reply is there; -1 while no message is in flight. */
  final int[] received;

  private Connections(int count, int size) {
    this.size = size;
    this.fds = new int[count];
    this.sentAt = new long[count];
    this.sequence = new int[count];
    this.received = new int[count];
    Arrays.fill(fds, -1);
    Arrays.fill(received, -1);
  }

  static Connections open(InetSocketAddress to, int count, int size) throws IOException {
    if (size < 16 || size % 8 != 0) {
      throw new IOException("message size " + size + " is not a multiple of 8, or less than 16");
    }
    Connections c = new Connections(count, size);
    try {
      for (int i = 0; i < count; i++) {
        c.fds[i] = Sys.connect(to);
      }
      return c;
    } catch (IOException e) {
      c.close();
      throw e;
    }
  }

  int count() {
    return fds.length;
  }

  /** What the next message of a connection is filled with: tells connection and sequence. */
  long stamp(int i) {
    return ((long) (i + 1) << 32 | sequence[i]) * 0x9E3779B97F4A7C15L;
  }

  void close() {
    for (int fd : fds) {
      if (fd >= 0) {
        Sys.close(fd);
      }
    }
  }
}
