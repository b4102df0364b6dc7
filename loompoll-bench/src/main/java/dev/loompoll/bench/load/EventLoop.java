package dev.loompoll.bench.load;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Looks after any number of {@link Peer}s: who of them is ready, and whose time has come. It never
 * sleeps, as the other loads do not; but it uses epoll, level-triggered, since in overload nearly
 * all connections wait, and to ask each in turn would take longer than a message may be late.
 */
final class EventLoop {
  static final int IN = 1;
  static final int OUT = 4;
  static final int ERR = 8;
  static final int HUP = 16;

  private static final int ADD = 1;
  private static final int MODIFY = 3;

  /** Events that are taken at once: between two looks at what is due. */
  private static final int MOST = 256;

  /** {@code struct epoll_event} is packed on x86-64 alone. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final int EVENT = PACKED ? 12 : 16;
  private static final int DATA = PACKED ? 4 : 8;

  private record Alarm(long time, Peer peer) implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      return Long.signum(time - other.time);
    }
  }

  private final int epoll = Sys.epollCreate();
  private final MemorySegment events = Sys.allocate((long) MOST * EVENT);
  private final MemorySegment event = Sys.allocate(EVENT);
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private @Nullable Peer[] peers = new @Nullable Peer[1024];

  /** Time of turns in which nothing was to be done. */
  long idleNanos;

  EventLoop() throws IOException {}

  void add(Peer peer, int interest) throws IOException {
    if (peer.fd >= peers.length) {
      peers = Arrays.copyOf(peers, Math.max(peer.fd + 1, 2 * peers.length));
    }
    peers[peer.fd] = peer;
    control(ADD, peer, interest);
  }

  void change(Peer peer, int interest) throws IOException {
    control(MODIFY, peer, interest);
  }

  /** Before its descriptor is closed, by which the kernel forgets it. */
  void remove(Peer peer) {
    peers[peer.fd] = null;
  }

  private void control(int operation, Peer peer, int interest) throws IOException {
    event.set(JAVA_INT, 0, interest);
    event.set(JAVA_INT, DATA, peer.fd);
    Sys.epollCtl(epoll, operation, peer.fd, event);
  }

  /** Calls {@link Peer#alarm} then, unless it is asked for another time before. */
  void at(long time, Peer peer) {
    peer.alarmAt = time;
    alarms.add(new Alarm(time, peer));
  }

  /**
   * Serves those that are ready, a bounded number, and whose time has come.
   *
   * @param now as {@link System#nanoTime}
   * @return the time after it
   */
  long turn(long now) throws IOException {
    int n = Sys.epollLook(epoll, events, MOST);
    boolean idle = n <= 0;
    for (int i = 0; i < n; i++) {
      long at = (long) i * EVENT;
      int fd = events.get(JAVA_INT_UNALIGNED, at + DATA);
      Peer peer = peers[fd];
      if (peer != null) {
        peer.ready(events.get(JAVA_INT_UNALIGNED, at), now);
      }
    }
    for (Alarm next; (next = alarms.peek()) != null && next.time <= now; ) {
      alarms.remove();
      if (next.peer.alarmAt == next.time) {
        next.peer.alarmAt = Peer.NO_ALARM;
        next.peer.alarm(now);
        idle = false;
      }
    }
    long after = System.nanoTime();
    if (idle) {
      idleNanos += after - now;
    }
    return after;
  }

  /** Closes it and all that it looks after. */
  void close() {
    for (Peer peer : peers) {
      if (peer != null) {
        Sys.close(peer.fd);
      }
    }
    Sys.close(epoll);
  }
}
