package dev.loompoll.internal.poll.sim;

import dev.loompoll.internal.sched.Clock;
import dev.loompoll.internal.sched.PickOrder;
import dev.loompoll.internal.sys.Errno;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * A kernel that exists only in memory, in virtual time, and does by its seed what the real one does
 * seldom: data in odd pieces, short writes, late, merged and spurious edges, events of descriptors
 * that are closed already, EINTR, aborted connections, descriptors that run out, resets.
 *
 * <p>It keeps epoll's promises and no more: after a read or write that said EAGAIN an edge will
 * come once that would not be so any more; a read that got less than it asked for has emptied the
 * buffer.
 *
 * <p>It is the scheduler's clock and draws the scheduler's choices, so that it comes along wherever
 * the scheduler might have been interrupted; there it lets another thread go on, see {@link Turns}.
 * So one thread at a time runs in it, nothing is synchronised, and a seed repeats exactly.
 */
public final class SimKernel implements Clock, PickOrder {
  private record Event(long time, long order, Runnable action) {}

  private static final int LARGEST_SEGMENT = 3000;

  private static final long START = 1_000_000_000;

  /** No scenario takes that long, in nanoseconds: who still runs then goes round in circles. */
  private static final long LONGEST = 100_000_000_000L;

  private final SplittableRandom random;
  private final Turns turns;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::order));
  private final Map<Integer, SimSocket> sockets = new HashMap<>();

  /** Segments of one sender arrive in order. */
  private final Map<SimSocket, Long> lastArrival = new HashMap<>();

  private long now = START;
  private long order;

  /** So many accepts still find no descriptor. */
  private int shortage;

  /** Says what is wrong when nobody has anything to do; null if nothing is. */
  private final Supplier<String> asleep;

  private final Consumer<String> failed;

  public SimKernel(SplittableRandom random, Supplier<String> asleep, Consumer<String> failed) {
    this.random = random.split();
    this.turns = new Turns(random.split(), this);
    this.asleep = asleep;
    this.failed = failed;
  }

  // ---- the scheduler's seams

  @Override
  public long nanos() {
    long t = now;
    turns.point();
    return t;
  }

  @Override
  public int pick(int candidates) {
    turns.point();
    return random.nextInt(candidates);
  }

  // ---- the threads

  /** The calling thread takes part, beside so many Ms. */
  public void begin(int machines) {
    turns.begin(machines);
  }

  /** The thread that began waits until there is something for it. */
  public void sleepUntil(BooleanSupplier awake) {
    turns.sleep(Long.MAX_VALUE, awake);
  }

  /** Lets the Ms end, each at its next poll. */
  public void stop() {
    turns.stop();
  }

  public boolean isOver() {
    return turns.isOver();
  }

  /** The thread that began waits until it is alone. */
  public void awaitEnd() {
    while (!turns.alone()) {
      turns.sleep(Long.MAX_VALUE, turns::alone);
    }
  }

  /** The same for the same course of things. */
  public long fingerprint() {
    return turns.fingerprint();
  }

  Turns turns() {
    return turns;
  }

  /** All threads sleep: time passes until somebody need not. */
  void allAsleep(long until) {
    String wrong = asleep.get();
    Event next = events.peek();
    long then = next == null ? until : Math.min(until, next.time);
    if (wrong == null && then == Long.MAX_VALUE) {
      wrong = "stuck: nothing will ever happen again";
    }
    if (wrong != null) {
      fail(wrong);
    } else {
      now = Math.max(now, then);
      runDue();
    }
  }

  // ---- time

  public long now() {
    return now;
  }

  /** Lets some nanoseconds pass. */
  public void pass(int atMost) {
    now += random.nextInt(atMost);
    if (now > START + LONGEST && !isOver()) {
      fail("does not come to its end");
    }
  }

  private void fail(String what) {
    failed.accept(what);
    turns.stop();
  }

  /** What has come about meanwhile. Wakes nobody: that is for a poll. */
  void runDue() {
    while (!events.isEmpty() && events.peek().time <= now) {
      events.poll().action.run();
    }
  }

  int nextInt(int bound) {
    return random.nextInt(bound);
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  long soon() {
    return chance(20) ? random.nextLong(5_000_000) : random.nextLong(20_000);
  }

  void after(long delay, Runnable action) {
    events.add(new Event(now + delay, order++, action));
  }

  /** For the report of a simulation that hangs. */
  @Override
  public String toString() {
    StringBuilder b = new StringBuilder("at " + now);
    for (SimSocket s : sockets.values()) {
      b.append("\n  ").append(s);
    }
    return b.toString();
  }

  // ---- sockets

  public int openSockets() {
    return sockets.size();
  }

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

  SimSocket socket(int fd) {
    SimSocket s = sockets.get(fd);
    if (s == null) {
      throw new AssertionError("system call on descriptor " + fd + ", which is closed");
    }
    return s;
  }

  void close(SimSocket s) {
    sockets.remove(s.fd);
    s.closed = true;
    if (s.registered) {
      s.poller.wasClosed(s.token);
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

  private void afterData(SimSocket sender, Runnable action) {
    long time = Math.max(now + soon(), lastArrival.getOrDefault(sender, 0L));
    lastArrival.put(sender, time);
    events.add(new Event(time, order++, action));
  }

  // ---- what the system calls need

  /** Sends so many bytes, which arrive in pieces. */
  void send(SimSocket s, IntUnaryOperator byteAt, int n) {
    s.peer.inFlight += n;
    for (int done = 0; done < n; ) {
      int segment = Math.min(n - done, 1 + random.nextInt(LARGEST_SEGMENT));
      byte[] data = new byte[segment];
      for (int i = 0; i < segment; i++) {
        data[i] = (byte) byteAt.applyAsInt(done + i);
      }
      SimSocket to = s.peer;
      afterData(s, () -> arrive(to, data));
      done += segment;
    }
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

  /** Whether there is no descriptor, or no memory, for one that is accepted now. */
  boolean isShort() {
    if (shortage > 0) {
      shortage--;
      return true;
    }
    if (chance(40)) {
      shortage = random.nextInt(4);
      return true;
    }
    return false;
  }

  void finishConnect(SimSocket s, int to) {
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

  /** Something changed: an edge comes now or later; several may become one. */
  void edge(SimSocket s) {
    if (s.registered && !s.closed && !s.edgePending) {
      s.edgePending = true;
      after(chance(3) ? soon() : 0, () -> s.poller.edge(s));
    }
  }
}
