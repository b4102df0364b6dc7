package dev.loompoll.internal.poll.sim;

import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.poll.PollDesc;
import dev.loompoll.internal.poll.ReadinessPoller;
import dev.loompoll.internal.sched.Clock;
import dev.loompoll.internal.sched.NetPoll;
import dev.loompoll.internal.sys.Errno;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A kernel that exists only in memory, in virtual time, and does by its seed what the real one does
 * seldom: data in odd pieces, short writes, late, merged and spurious edges, events of descriptors
 * that are closed already, EINTR, aborted connections, descriptors that run out, resets.
 *
 * <p>It keeps epoll's promises and no more: after a read or write that said EAGAIN an edge will
 * come once that would not be so any more; a read that got less than it asked for has emptied the
 * buffer.
 *
 * <p>All of it runs on one M, so nothing is synchronised, and a seed repeats exactly.
 */
public final class SimPoller extends ReadinessPoller implements Clock {
  private record Event(long time, long order, Runnable action) {}

  private static final int LARGEST_SEGMENT = 3000;

  private final SplittableRandom random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::order));
  private final Map<Integer, SimSocket> sockets = new HashMap<>();
  private final List<Long> staleTokens = new ArrayList<>();
  private long now = 1_000_000_000;
  private long order;
  private int shortage;
  private boolean woken;
  private volatile boolean over;

  /** Called when nothing can ever happen again although the simulation is not over. */
  private final Runnable stuck;

  public SimPoller(long seed, Runnable stuck) {
    this.random = new SplittableRandom(seed);
    this.stuck = stuck;
  }

  @Override
  public long nanos() {
    return now;
  }

  /** The next poll ends the M. */
  public void stop() {
    over = true;
  }

  public int openSockets() {
    return sockets.size();
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private long soon() {
    return chance(20) ? random.nextLong(5_000_000) : random.nextLong(20_000);
  }

  private void after(long delay, Runnable action) {
    events.add(new Event(now + delay, order++, action));
  }

  /** For the report of a simulation that hangs. */
  @Override
  public String toString() {
    StringBuilder b = new StringBuilder("at " + now + ", timers until " + loop().timers().next());
    for (SimSocket s : sockets.values()) {
      b.append("\n  ").append(s);
    }
    return b.toString();
  }

  // ---- polling

  @Override
  public Buffer newBuffer() {
    return new Buffer() {};
  }

  @Override
  public int poll(long timeoutNanos, Buffer buffer) {
    now += random.nextInt(1000);
    if (over) {
      throw new NetPoll.Stopped();
    }
    int seen = runDue();
    if (timeoutNanos == 0 || seen > 0 || woken) {
      if (timeoutNanos != 0) {
        woken = false;
      }
      return seen;
    }
    long limit = timeoutNanos < 0 ? Long.MAX_VALUE : now + timeoutNanos;
    Event next = events.peek();
    if (next == null && timeoutNanos < 0) {
      stuck.run();
      throw new NetPoll.Stopped();
    }
    now = next == null ? limit : Math.max(now, Math.min(limit, next.time));
    return runDue();
  }

  private int edges;

  private int runDue() {
    edges = 0;
    while (!events.isEmpty() && events.peek().time <= now) {
      events.poll().action.run();
    }
    if (!staleTokens.isEmpty() && chance(3)) {
      long token = staleTokens.get(random.nextInt(staleTokens.size()));
      edges++;
      descriptor(token).ready(token, true, true, PollDesc.EVENT_ERROR | PollDesc.NO_DRAIN);
    }
    return edges;
  }

  @Override
  public void wake() {
    woken = true;
  }

  /** Something changed: an edge comes now or later; several may become one. */
  private void edge(SimSocket s) {
    if (s.registered && !s.closed && !s.edgePending) {
      s.edgePending = true;
      after(chance(3) ? soon() : 0, () -> deliver(s));
    }
  }

  private void deliver(SimSocket s) {
    s.edgePending = false;
    if (s.closed) {
      return;
    }
    edges++;
    boolean hup = s.finReceived && s.finSent || s.error != 0;
    boolean in = !s.received.isEmpty() || s.finReceived || !s.backlog.isEmpty() || hup;
    boolean out = s.connected && s.peer != null && s.peer.room() > 0 || hup;
    boolean sticky = s.finReceived || hup;
    descriptor(s.token).ready(s.token, in, out, sticky ? PollDesc.NO_DRAIN : 0);
    if (chance(10)) {
      after(soon(), () -> spurious(s)); // readiness that is not there
    }
  }

  private void spurious(SimSocket s) {
    if (!s.closed && s.registered) {
      edges++;
      descriptor(s.token).ready(s.token, true, true, 0);
    }
  }

  // ---- sockets

  private SimSocket open() {
    int fd = 3;
    while (sockets.containsKey(fd)) {
      fd++; // the lowest free one, so that numbers are reused at once
    }
    SimSocket s = new SimSocket(fd, 1 << (4 + random.nextInt(10)));
    sockets.put(fd, s);
    return s;
  }

  public int listen() {
    SimSocket s = open();
    s.listening = true;
    return s.fd;
  }

  public int socket() {
    return open().fd;
  }

  public byte[] address(int fd) {
    return socket(fd).address();
  }

  private SimSocket socket(int fd) {
    SimSocket s = sockets.get(fd);
    if (s == null) {
      throw new AssertionError("system call on descriptor " + fd + ", which is closed");
    }
    return s;
  }

  @Override
  protected int register(FD fd) {
    SimSocket s = socket(fd.sysfd());
    s.token = fd.token();
    s.registered = true;
    edge(s);
    return 0;
  }

  @Override
  protected int closeDescriptor(FD fd) {
    SimSocket s = socket(fd.sysfd());
    sockets.remove(s.fd);
    s.closed = true;
    if (s.registered) {
      staleTokens.add(s.token);
    }
    for (SimSocket pending : s.backlog) {
      sockets.remove(pending.fd);
      pending.closed = true;
      reset(pending.peer);
    }
    if (s.peer != null) {
      if (s.error == 0 && s.received.isEmpty() && s.inFlight == 0) {
        sendFin(s);
      } else {
        reset(s.peer); // unread data: the kernel resets
      }
    }
    return 0;
  }

  /** As closing with a linger time of 0. */
  public void abort(int fd) {
    SimSocket s = socket(fd);
    s.error = Errno.ECONNRESET;
    if (s.peer != null) {
      reset(s.peer);
    }
  }

  private void reset(SimSocket s) {
    after(
        soon(),
        () -> {
          if (s.error == 0) {
            s.error = Errno.ECONNRESET;
            s.received.clear();
            edge(s);
          }
        });
  }

  public void shutdownWrite(int fd) {
    sendFin(socket(fd));
  }

  private void sendFin(SimSocket s) {
    if (s.finSent) {
      return;
    }
    s.finSent = true;
    SimSocket to = s.peer;
    afterData(
        s,
        () -> {
          to.finReceived = true;
          edge(to);
        });
  }

  /** Segments of one sender arrive in order. */
  private final Map<SimSocket, Long> lastArrival = new HashMap<>();

  private void afterData(SimSocket sender, Runnable action) {
    long time = Math.max(now + soon(), lastArrival.getOrDefault(sender, 0L));
    lastArrival.put(sender, time);
    events.add(new Event(time, order++, action));
  }

  // ---- the system calls

  @Override
  protected int sysRead(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
    now += random.nextInt(500);
    SimSocket s = socket(fd.sysfd());
    if (chance(50)) {
      return -Errno.EINTR;
    }
    if (s.error != 0) {
      return -s.error;
    }
    int n = Math.min(length, s.received.size());
    if (n == 0) {
      return s.finReceived ? 0 : -Errno.EAGAIN;
    }
    for (int i = 0; i < n; i++) {
      byte b = s.received.poll();
      if (heap != null) {
        heap[offset + i] = b;
      } else {
        direct.put(offset + i, b);
      }
    }
    s.inFlight -= n;
    if (s.peer.wantsSpace && s.room() > s.capacity / 3) {
      s.peer.wantsSpace = false;
      edge(s.peer);
    }
    return n;
  }

  @Override
  protected int sysWrite(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
    now += random.nextInt(500);
    SimSocket s = socket(fd.sysfd());
    if (chance(50)) {
      return -Errno.EINTR;
    }
    if (s.error != 0) {
      return -s.error;
    }
    if (s.finSent || s.peer.closed) {
      return -Errno.EPIPE;
    }
    int n = Math.min(length, s.peer.room());
    if (n == 0) {
      s.wantsSpace = true;
      return -Errno.EAGAIN;
    }
    if (n > 1 && chance(3)) {
      n = 1 + random.nextInt(n);
    }
    s.peer.inFlight += n;
    for (int done = 0; done < n; ) {
      int segment = Math.min(n - done, 1 + random.nextInt(LARGEST_SEGMENT));
      byte[] data = new byte[segment];
      for (int i = 0; i < segment; i++) {
        int at = offset + done + i;
        data[i] = heap != null ? heap[at] : direct.get(at);
      }
      SimSocket to = s.peer;
      afterData(s, () -> arrive(to, data));
      done += segment;
    }
    return n;
  }

  private void arrive(SimSocket to, byte[] data) {
    if (to.closed || to.error != 0) {
      if (to.closed && to.peer != null) {
        reset(to.peer);
      }
      return;
    }
    for (byte b : data) {
      to.received.add(b);
    }
    edge(to);
  }

  @Override
  protected int sysAccept(FD fd, byte[] address, int[] length) {
    now += random.nextInt(500);
    SimSocket s = socket(fd.sysfd());
    if (chance(20)) {
      return chance(2) ? -Errno.EINTR : -Errno.ECONNABORTED;
    }
    if (shortage > 0 || chance(40)) {
      shortage = shortage > 0 ? shortage - 1 : random.nextInt(4);
      return chance(2) ? -Errno.EMFILE : -Errno.ENOBUFS;
    }
    SimSocket accepted = s.backlog.poll();
    if (accepted == null) {
      return -Errno.EAGAIN;
    }
    byte[] a = accepted.peer.address();
    System.arraycopy(a, 0, address, 0, a.length);
    length[0] = a.length;
    return accepted.fd;
  }

  @Override
  protected int sysConnect(FD fd, byte[] address) {
    SimSocket s = socket(fd.sysfd());
    int to = (address[2] & 0xff) << 8 | address[3] & 0xff;
    after(soon(), () -> finishConnect(s, to));
    if (chance(4)) {
      after(random.nextInt(10_000), () -> spurious(s)); // "writable" too early
    }
    return chance(10) ? -Errno.EINTR : -Errno.EINPROGRESS;
  }

  private void finishConnect(SimSocket s, int to) {
    if (s.closed) {
      return;
    }
    SimSocket listener = sockets.get(to);
    if (listener == null || !listener.listening) {
      s.error = Errno.ECONNREFUSED;
    } else {
      SimSocket other = open();
      other.peer = s;
      other.connected = true;
      s.peer = other;
      s.connected = true;
      listener.backlog.add(other);
      edge(listener);
    }
    edge(s);
  }

  @Override
  protected int sysPendingError(FD fd) {
    SimSocket s = socket(fd.sysfd());
    int e = s.error;
    if (!s.connected) {
      s.error = 0;
    }
    return e;
  }

  @Override
  protected int sysHasPeer(FD fd) {
    return socket(fd.sysfd()).connected ? 0 : -Errno.ENOTCONN;
  }
}
