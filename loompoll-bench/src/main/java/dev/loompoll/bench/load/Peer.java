package dev.loompoll.bench.load;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/** A client of the server, with at most one connection at a time, in an {@link EventLoop}. */
abstract class Peer {
  /** One for all: each takes out what it needs before the next is asked. */
  private static final int ROOM = 64 * 1024;

  private static final MemorySegment IN = Sys.allocate(ROOM);

  /** Loopback addresses for those that connect often: each has its own 28 000 ports. */
  private static final int SOURCES = 250;

  private static int opened;

  final EventLoop loop;
  private final InetSocketAddress to;

  static final long NO_ALARM = Long.MIN_VALUE;

  /** When its one alarm is; {@link EventLoop}'s. */
  long alarmAt = NO_ALARM;

  /** Negative while there is no connection. */
  int fd = -1;

  /** Whether the connection is made. */
  boolean connected;

  /** Whether a connection was made before, or could not be. */
  boolean decided;

  Peer(EventLoop loop, InetSocketAddress to) {
    this.loop = loop;
    this.to = to;
  }

  /** The connection is made. */
  abstract void connected(long now) throws IOException;

  /** Bytes have come. It may close. */
  abstract void came(MemorySegment bytes, long n, long now) throws IOException;

  /**
   * The connection could not be made, or the server has ended it; it is closed.
   *
   * @param reset not in order
   */
  abstract void gone(long now, boolean reset) throws IOException;

  /** There is room to send, for one that has asked for {@link EventLoop#OUT}. */
  void writable(long now) throws IOException {}

  /** What it has asked for by {@link EventLoop#at}. */
  void alarm(long now) throws IOException {}

  /** Begins to connect, each time from another address: what was closed holds its port. */
  final void connect(long now) throws IOException {
    int from = to.getAddress().isLoopbackAddress() ? 2 + opened++ % SOURCES : 0;
    int got = Sys.startConnect(to, from);
    if (got < 0) {
      decided = true;
      gone(now, true);
      return;
    }
    fd = got;
    connected = false;
    if (sendsAtOnce()) { // on loopback it is connected by now
      loop.add(this, EventLoop.IN);
      made(now);
    } else {
      loop.add(this, EventLoop.OUT);
    }
  }

  /** Tries to send, on a connection that is perhaps not made yet; returns whether anything went. */
  boolean sendsAtOnce() throws IOException {
    return false;
  }

  private void made(long now) throws IOException {
    connected = true;
    decided = true;
    connected(now);
  }

  final void ready(int events, long now) throws IOException {
    if (!connected) {
      if ((events & (EventLoop.ERR | EventLoop.HUP)) != 0) {
        end(now, true);
      } else {
        loop.change(this, EventLoop.IN);
        made(now);
      }
      return;
    }
    if ((events & EventLoop.OUT) != 0) {
      writable(now);
    }
    if (fd >= 0 && (events & (EventLoop.IN | EventLoop.ERR | EventLoop.HUP)) != 0) {
      receive(events, now);
    }
  }

  private void receive(int events, long now) throws IOException {
    long got;
    do {
      got = Sys.recv(fd, IN, ROOM);
      if (got > 0) {
        came(IN, got, now);
      }
    } while (fd >= 0 && got == ROOM);
    if (fd < 0) {
      return;
    }
    boolean broken = (events & (EventLoop.ERR | EventLoop.HUP)) != 0;
    if (got == 0 || (got < 0 && broken)) {
      end(now, (events & EventLoop.ERR) != 0);
    }
  }

  private void end(long now, boolean reset) throws IOException {
    close();
    decided = true;
    gone(now, reset);
  }

  /** Does nothing if there is no connection. */
  final void close() throws IOException {
    if (fd >= 0) {
      loop.remove(this);
      Sys.close(fd);
      fd = -1;
      connected = false;
    }
  }
}
