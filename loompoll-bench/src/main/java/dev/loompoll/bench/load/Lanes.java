package dev.loompoll.bench.load;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * Connections to one echo server, each a stream of the {@link Pattern}: so many bytes are to be
 * sent, so many are, so many are back. Whatever comes back is compared. Where one slice ends the
 * next goes on, so replies that are missing in one may come in another.
 */
final class Lanes {
  /** Beyond what is due, to see what nobody sent. */
  private static final int TOO_MUCH = 8;

  private static final Pattern PATTERN = new Pattern();
  private static final MemorySegment IN = Sys.allocate(Pattern.CHUNK + TOO_MUCH);

  /** Loopback addresses for those that connect often: each has its own 28 000 ports. */
  private static final int SOURCES = 250;

  /** Bytes a message. */
  final int size;

  final int[] fds;

  /** Up to where each is to be sent; {@link #push} does it as far as there is room. */
  final long[] goal;

  final long[] sent;
  final long[] received;

  /** When the message or batch in flight was sent. */
  final long[] sentAt;

  private final InetSocketAddress to;
  private final long[] origin;
  private int opened;

  /** Connects nothing yet. */
  Lanes(InetSocketAddress to, int count, int size) {
    this.to = to;
    this.size = size;
    fds = new int[count];
    goal = new long[count];
    sent = new long[count];
    received = new long[count];
    sentAt = new long[count];
    origin = new long[count];
    Arrays.fill(fds, -1);
  }

  static Lanes open(InetSocketAddress to, int count, int size) throws IOException {
    Lanes lanes = new Lanes(to, count, size);
    try {
      for (int i = 0; i < count; i++) {
        lanes.connect(i, 0);
      }
      return lanes;
    } catch (IOException e) {
      lanes.close();
      throw e;
    }
  }

  int count() {
    return fds.length;
  }

  /** From another address each time: what was closed holds its port for a minute. */
  void connectAnew(int i) throws IOException {
    connect(i, to.getAddress().isLoopbackAddress() ? 2 + opened % SOURCES : 0);
  }

  private void connect(int i, int from) throws IOException {
    fds[i] = Sys.connect(to, from);
    goal[i] = 0;
    sent[i] = 0;
    received[i] = 0;
    origin[i] = 8 * 7919L * ++opened; // no two in the same place of the pattern
  }

  /** Sends what is to be sent, as far as the socket takes it. Returns whether it took anything. */
  boolean push(int i) throws IOException {
    long length = Math.min(goal[i] - sent[i], Pattern.CHUNK);
    if (length <= 0) {
      return false;
    }
    long took = Sys.send(fds[i], PATTERN.address(origin[i] + sent[i]), length);
    if (took > 0) {
      sent[i] += took;
      return true;
    }
    if (sent[i] == received[i]) { // it cannot be full
      throw new IOException("connection " + i + ": send failed; has the server closed it?");
    }
    return false;
  }

  /** Bytes that came back and are as they were sent; 0 if there is nothing yet. */
  long receive(int i) throws IOException {
    long due = Math.min(sent[i] - received[i], Pattern.CHUNK);
    long got = Sys.recv(fds[i], IN, due + TOO_MUCH);
    if (got < 0) {
      return 0; // nothing there yet; had it been an error, the next recv would return 0
    }
    if (got == 0) {
      throw new IOException("connection " + i + ": closed by the server");
    }
    if (got > sent[i] - received[i]) {
      throw new IOException("connection " + i + ": more bytes came back than were sent");
    }
    if (!PATTERN.matches(IN, got, origin[i] + received[i])) {
      throw new IOException("connection " + i + ": other bytes came back than were sent");
    }
    received[i] += got;
    return got;
  }

  /** Messages that are back, of all that were ever sent on it. */
  long messages(int i) {
    return received[i] / size;
  }

  boolean inFlight(int i) {
    return received[i] < goal[i];
  }

  void close(int i) {
    if (fds[i] >= 0) {
      Sys.close(fds[i]);
      fds[i] = -1;
      goal[i] = sent[i] = received[i];
    }
  }

  void close() {
    for (int i = 0; i < fds.length; i++) {
      close(i);
    }
  }
}
