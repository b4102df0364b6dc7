package dev.loompoll.bench.load;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * One slice of load: ping-pong on all connections. Unless told to, it never sleeps, because a
 * sleeping client makes the server pay for waking it; nor does it use epoll, because then each send
 * of the server would pay for the client's event: it asks the connections in turn, which in a
 * closed loop mostly finds the replies in the order of the messages.
 *
 * <p>Each reply is compared with what was sent, and timed from before the send to after the
 * receive. At the end the replies still in flight are awaited, so that the next slice starts clean.
 * These count as work of the server, not as rate; and as latencies, or a server that starves some
 * would look well. Whoever has no reply by then is missing; it is awaited further in the next
 * slice.
 */
final class Slice {
  private static final int FLOOD_CHUNK = 16 * 1024;

  /** The size of {@code struct pollfd}: an int, and two shorts, which are set as one int. */
  private static final long POLLFD = 8;

  private static final int POLLIN = 1;

  private final MemorySegment out = Sys.allocate(FLOOD_CHUNK);
  private final MemorySegment in = Sys.allocate(FLOOD_CHUNK + 8);
  private final Latencies latency = new Latencies();

  private Connections conns;
  private Load load;
  private long echoes;
  private long inFlight;
  private long polls;
  private long emptyPolls;
  private long emptyNanos;
  private long flooded;
  private long floodInFlight;
  private int[] left = {};
  private MemorySegment pollfds = MemorySegment.NULL;

  /** Connections that think, in the order in which they will be done: all think equally long. */
  private int[] thinking = {};

  private long[] due = {};
  private int head;
  private int queued;

  Slice(Connections conns, Load load) {
    this.conns = conns;
    this.load = load;
  }

  /** For a next slice, maybe to another contestant: compiled code and memory stay warm. */
  void reset(Connections conns, Load load) {
    this.conns = conns;
    this.load = load;
    latency.clear();
    echoes = 0;
    inFlight = 0;
    polls = 0;
    emptyPolls = 0;
    emptyNanos = 0;
    flooded = 0;
    floodInFlight = 0;
    head = 0;
    queued = 0;
  }

  Outcome run() throws IOException {
    int n = conns.count();
    long thinkNanos = load.thinkMicros() * 1000;
    left = load.count() > 0 ? new int[n] : left;
    if (thinking.length < n) {
      thinking = new int[n];
      due = new long[n];
    }
    long start = System.nanoTime();
    long end = start + load.millis() * 1_000_000;
    long pingers = n - load.flooders();
    for (int i = load.flooders(); i < n; i++) {
      if (load.count() > 0) {
        left[i] = load.count() - 1;
      }
      if (conns.received[i] >= 0) {
        inFlight++; // missing since an earlier slice
      } else if (thinkNanos > 0) {
        think(i, start + thinkNanos * (i - load.flooders()) / pingers);
      } else {
        send(i, System.nanoTime());
      }
    }
    long now = System.nanoTime();
    while (now < end && (inFlight > 0 || queued > 0)) {
      for (int i = 0; i < load.flooders(); i++) {
        flood(i, true);
      }
      while (queued > 0 && due[head] <= now) {
        send(nextThinker(), now);
      }
      long before = echoes;
      now = sweep(now, end, thinkNanos);
      if (load.sleeps() && echoes == before && now < end) {
        sleep(queued > 0 ? Math.min(due[head], end) - now : end - now);
        now = System.nanoTime();
      }
    }
    long stopped = now;
    long late = drain(now + load.drainMillis() * 1_000_000);
    return new Outcome(
        echoes, late, inFlight, stopped - start, polls, emptyPolls, emptyNanos, flooded, latency);
  }

  /** Asks every connection that has a message in flight, once. Returns the time. */
  private long sweep(long start, long end, long thinkNanos) throws IOException {
    int[] received = conns.received;
    long now = start;
    for (int i = load.flooders(); i < received.length && now < end; i++) {
      if (received[i] < 0) {
        continue;
      }
      polls++;
      boolean complete = receive(i);
      long then = now;
      now = System.nanoTime();
      if (!complete) {
        emptyPolls++;
        emptyNanos += now - then;
        continue;
      }
      latency.record(now - conns.sentAt[i]);
      echoes++;
      if (load.count() > 0 && --left[i] < 0) {
        continue;
      }
      if (thinkNanos > 0) {
        think(i, now + thinkNanos);
      } else {
        send(i, now);
      }
    }
    return now != start ? now : System.nanoTime();
  }

  /** Until a reply is there, or the time is over. */
  private void sleep(long nanos) {
    if (nanos <= 0) {
      return;
    }
    if (pollfds.byteSize() < (long) conns.count() * POLLFD) {
      pollfds = Sys.allocate((long) conns.count() * POLLFD);
    }
    long n = 0;
    for (int i = load.flooders(); i < conns.count(); i++) {
      if (conns.received[i] >= 0) {
        pollfds.set(JAVA_INT, n * POLLFD, conns.fds[i]);
        pollfds.set(JAVA_INT, n * POLLFD + 4, POLLIN);
        n++;
      }
    }
    Sys.ppoll(pollfds, n, nanos);
  }

  private void think(int i, long until) {
    int tail = head + queued++;
    tail = tail >= thinking.length ? tail - thinking.length : tail;
    thinking[tail] = i;
    due[tail] = until;
  }

  private int nextThinker() {
    int i = thinking[head++];
    head = head == thinking.length ? 0 : head;
    queued--;
    return i;
  }

  private void send(int i, long now) throws IOException {
    long stamp = conns.stamp(i);
    for (long at = 0; at < conns.size; at += Long.BYTES) {
      out.set(JAVA_LONG, at, stamp);
    }
    conns.sentAt[i] = now;
    conns.received[i] = 0;
    if (Sys.send(conns.fds[i], out, conns.size) != conns.size) {
      throw new IOException("connection " + i + ": send failed; has the server closed it?");
    }
    inFlight++;
  }

  /** Whether the reply is complete now. Asks for more than is due, to see more than is due. */
  private boolean receive(int i) throws IOException {
    int had = conns.received[i];
    long got = Sys.recv(conns.fds[i], in, conns.size + 8 - had);
    if (got < 0) {
      return false; // nothing there yet; had it been an error, the next recv would return 0
    }
    if (got == 0) {
      throw new IOException("connection " + i + ": closed by the server");
    }
    check(i, had, got);
    if (had + got < conns.size) {
      conns.received[i] = (int) (had + got);
      return false;
    }
    conns.received[i] = -1;
    conns.sequence[i]++;
    inFlight--;
    return true;
  }

  private void check(int i, int had, long got) throws IOException {
    if (had + got > conns.size) {
      throw new IOException("connection " + i + ": more bytes came back than were sent");
    }
    long stamp = conns.stamp(i);
    boolean same = true;
    if (had == 0 && got == conns.size) {
      for (long at = 0; at < got; at += Long.BYTES) {
        same &= in.get(JAVA_LONG, at) == stamp;
      }
    } else {
      for (int at = 0; at < got; at++) {
        same &= in.get(JAVA_BYTE, at) == (byte) (stamp >>> ((had + at) & 7) * 8);
      }
    }
    if (!same) {
      throw new IOException("connection " + i + ": other bytes came back than were sent");
    }
  }

  /** One bounded step of a connection that sends and receives as fast as both sides allow. */
  private void flood(int i, boolean sending) throws IOException {
    if (sending) {
      floodInFlight += Math.max(0, Sys.send(conns.fds[i], out, FLOOD_CHUNK));
    }
    long got = Sys.recv(conns.fds[i], in, FLOOD_CHUNK);
    if (got > 0) {
      flooded += got;
      floodInFlight -= got;
    } else if (got == 0) {
      throw new IOException("connection " + i + ": closed by the server");
    }
  }

  /** Awaits the replies in flight; returns how many came. */
  private long drain(long until) throws IOException {
    long late = 0;
    while ((inFlight > 0 || floodInFlight > 0) && System.nanoTime() < until) {
      for (int i = 0; i < load.flooders(); i++) {
        flood(i, false);
      }
      for (int i = load.flooders(); i < conns.count(); i++) {
        if (conns.received[i] >= 0 && receive(i)) {
          latency.record(System.nanoTime() - conns.sentAt[i]);
          late++;
        }
      }
    }
    for (int i = load.flooders(); i < conns.count() && inFlight > 0; i++) {
      if (conns.received[i] >= 0) {
        latency.record(System.nanoTime() - conns.sentAt[i]);
      }
    }
    return late;
  }
}
