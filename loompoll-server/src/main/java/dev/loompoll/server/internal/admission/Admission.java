package dev.loompoll.server.internal.admission;

import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Connections;
import dev.loompoll.server.internal.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which connections are let in, and when. Any thread.
 *
 * <p>An acceptor asks {@link #pause} (or, if it may block, calls {@link #await}) before each
 * accept, tells {@link #admit} of each connection, and {@link #left} when one that was let in is
 * closed. When an accept fails for want of a descriptor or memory it calls {@link #shortage}, then
 * {@link #turnAway}; the pause that follows is part of {@link #pause}.
 */
public final class Admission {
  /** A value of {@link #pause} that ends by itself only when a connection leaves. */
  public static final long UNTIL_ONE_LEAVES = Long.MAX_VALUE;

  /** How often the heap is looked at while it keeps connections out. Nanoseconds. */
  static final long HEAP_PAUSE = 100_000_000;

  /** The idle timeout is divided by this when the heap is as full as it may become. */
  private static final double SHORTEST_IDLE = 20;

  private static final long FIRST_SHORTAGE_PAUSE = 5_000_000;
  private static final long LONGEST_SHORTAGE_PAUSE = 1_000_000_000;

  /** Accepts one connection that waits, without waiting for one, and closes it. */
  @FunctionalInterface
  public interface OneAccept {
    /** Whether there was one. */
    boolean acceptAndClose() throws IOException;
  }

  private final Connections connections;
  private final Tally tally;
  private final LongSupplier clock;
  private final DoubleSupplier heapFill;
  private final Reserve reserve = new Reserve();
  private final Departures departures;

  private final int softLimit;
  private final int hardLimit;
  private final int perPeer;
  private final long patience;
  private final long idleTimeout;
  private final double watermark;

  /** How full the heap may be before nothing is accepted any more. */
  private final double fullest;

  /** How many there are from each address: at least one. */
  private final ConcurrentHashMap<InetAddress, Integer> peers = new ConcurrentHashMap<>();

  private final List<Runnable> wakers = new CopyOnWriteArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();

  /** Signalled when a pause may have ended before its time. */
  private final Condition room = lock.newCondition();

  /** Whether requests are being shed. Set before anything is accepted. */
  private BooleanSupplier overload = () -> false;

  // All below is guarded by the lock.

  /** Those that were let in and have not left. */
  private int open;

  /** From the one that made it {@code softLimit} until there are fewer. */
  private boolean stopped;

  /** When it was. */
  private long stoppedAt;

  private final @Nullable AcceptRate rate;

  /** The pause after the last shortage, which began at {@code shortageAt}; 0: it is over. */
  private long shortagePause;

  private long shortageAt;

  /** What the next shortage will cost. */
  private long nextShortagePause = FIRST_SHORTAGE_PAUSE;

  /** The last shortage closed no idle connection. */
  private boolean nothingToCull;

  private boolean closed;

  public Admission(Limits limits, Connections connections, Tally tally, LongSupplier nanoClock) {
    this(limits, connections, tally, nanoClock, HeapWatch.ofProcess());
  }

  /**
   * For tests.
   *
   * @param heapFill the part of the heap, 0 to 1, that was full after the last collection
   */
  Admission(
      Limits limits,
      Connections connections,
      Tally tally,
      LongSupplier nanoClock,
      DoubleSupplier heapFill) {
    this.connections = connections;
    this.tally = tally;
    this.clock = nanoClock;
    this.heapFill = heapFill;
    this.softLimit = limits.softLimit();
    this.hardLimit = limits.hardLimit();
    this.perPeer = limits.perPeer();
    this.patience = nanos(limits.patience());
    this.idleTimeout = nanos(limits.idleTimeout());
    this.watermark = limits.heapWatermark();
    this.fullest = watermark + (1 - watermark) / 2;
    this.departures = new Departures(nanoClock.getAsLong());
    this.rate = limits.acceptRate() == 0 ? null : new AcceptRate(limits.acceptRate());
  }

  /**
   * Refuses connections as long as {@code overload} says so: one that brings a single request would
   * only be let in to have that shed, which costs far more. Before anything is accepted.
   */
  public void refuseDuring(BooleanSupplier overload) {
    this.overload = overload;
  }

  /** {@link #UNTIL_ONE_LEAVES} if it is that or longer. */
  private static long nanos(Duration d) {
    return TimeUnit.NANOSECONDS.convert(d);
  }

  /**
   * Whether the next connection may be accepted now: 0, or for how long, in nanoseconds, it may
   * not, if no connection leaves before that. 0 after {@link #close}.
   */
  public long pause() {
    lock.lock();
    try {
      return pause(clock.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /** The longest of all pauses. The lock is held. */
  private long pause(long now) {
    if (closed) {
      return 0;
    }
    long pause = 0;
    if (heapFill.getAsDouble() >= fullest) {
      pause = HEAP_PAUSE;
    }
    if (stopped) {
      pause = Math.max(pause, rest(patience, stoppedAt, now));
    }
    if (shortagePause > 0) {
      pause = Math.max(pause, rest(shortagePause, shortageAt, now));
    }
    if (rate != null) {
      pause = Math.max(pause, rate.pause(now));
    }
    return pause;
  }

  private static long rest(long pause, long since, long now) {
    return pause == UNTIL_ONE_LEAVES ? pause : Math.max(0, pause - (now - since));
  }

  /**
   * Blocks the calling thread or goroutine until {@link #pause} is 0, or {@link #close} was called.
   */
  public void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      for (long pause; (pause = pause(clock.getAsLong())) > 0; ) {
        // A remaining time is of no use here: the next look says how long it is.
        long unused = room.awaitNanos(pause);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * A connection was accepted: null if it may stay, and then {@link #left} must be called once.
   * Counts it, as accepted or as refused.
   */
  public @Nullable Refused admit(InetAddress peer) {
    Refused why;
    lock.lock();
    try {
      long now = clock.getAsLong();
      if (rate != null) {
        rate.take(now);
      }
      why =
          open >= hardLimit
              ? Refused.CONNECTIONS
              : overload.getAsBoolean() ? Refused.OVERLOAD : addPeer(peer) ? null : Refused.PEER;
      if (why == null) {
        open++;
        if (open >= softLimit && softLimit > 0 && !stopped) {
          stopped = true;
          stoppedAt = now;
        }
        shortagePause = 0;
        nextShortagePause = FIRST_SHORTAGE_PAUSE;
      }
    } finally {
      lock.unlock();
    }
    if (why == null) {
      tally.accepted.increment();
    } else {
      tally.refused(why);
    }
    return why;
  }

  /** Whether there may be one more from there. The lock is held. */
  private boolean addPeer(InetAddress peer) {
    if (perPeer == 0) {
      return true;
    }
    int before = peers.getOrDefault(peer, 0);
    if (before >= perPeer) {
      return false;
    }
    peers.put(peer, before + 1);
    return true;
  }

  /** A connection that was let in is closed. */
  public void left(InetAddress peer) {
    boolean wake = false;
    lock.lock();
    try {
      if (open == 0) {
        throw new IllegalStateException("more connections have left than were let in");
      }
      open--;
      if (perPeer > 0) {
        peers.computeIfPresent(peer, (p, n) -> n == 1 ? null : n - 1);
      }
      if (stopped && open < softLimit) {
        stopped = false;
        wake = true;
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (wake) {
      wakers.forEach(Runnable::run);
    }
  }

  /**
   * Called by {@link #left} when that may have ended a pause; for acceptors that do not block. On
   * any thread; must not block. Each that was given is called.
   */
  public void onRoom(Runnable wake) {
    wakers.add(wake);
  }

  /**
   * An accept failed for want of a descriptor or memory: the longest idle connection is closed, if
   * there is one, so that there will be room, and how long to pause is returned, 5 ms doubling to 1
   * s until a connection is let in. {@link #pause} knows of it too; no connection that leaves ends
   * it, or those that wait outside and those that idle inside would change places without end.
   */
  public long shortage() {
    boolean culled = connections.cull(); // without the lock: it may come back as left()
    lock.lock();
    try {
      nothingToCull = !culled;
      shortagePause = nextShortagePause;
      shortageAt = clock.getAsLong();
      nextShortagePause = Math.min(2 * nextShortagePause, LONGEST_SHORTAGE_PAUSE);
      return shortagePause;
    } finally {
      lock.unlock();
    }
  }

  /**
   * After a {@link #shortage}: if it found no connection to close, one that waits is accepted with
   * the descriptor that is kept in reserve, and closed, so that its client knows. Counts it.
   *
   * @param accept may fail; that is one that was not accepted
   * @return whether there was one
   */
  public boolean turnAway(OneAccept accept) {
    lock.lock();
    try {
      if (!nothingToCull || closed) {
        return false;
      }
    } finally {
      lock.unlock();
    }
    if (!reserve.release()) {
      return false;
    }
    boolean accepted = false;
    try {
      accepted = accept.acceptAndClose();
    } catch (IOException e) {
      // somebody else took the descriptor, or the client is gone
    } finally {
      reserve.regain();
    }
    if (accepted) {
      tally.refused(Refused.DESCRIPTORS);
    }
    return accepted;
  }

  /**
   * The idle timeout at the moment: shorter while memory is short. It changes: who lets a
   * connection idle looks again now and then, not only when that begins.
   */
  public long idleTimeoutNanos() {
    double fill = heapFill.getAsDouble();
    if (fill <= watermark) {
      return idleTimeout;
    }
    double least = 1 / SHORTEST_IDLE;
    double shortness = Math.min(1, (fill - watermark) / (fullest - watermark));
    return Math.max(1, Math.round(idleTimeout * (1 - shortness * (1 - least))));
  }

  /**
   * When a client may be sent away that has just been found too slow, or idle for too long: a crowd
   * goes one after another, five hundred a second; while memory is short all go at once. To be
   * asked once for each.
   *
   * @return {@code now} or a later time
   */
  public long departure(long now) {
    return idleTimeoutNanos() < idleTimeout ? now : departures.reserve(now);
  }

  /** For tests: how many addresses it remembers. */
  int peers() {
    return peers.size();
  }

  /** Wakes who waits. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
    reserve.close();
  }
}
