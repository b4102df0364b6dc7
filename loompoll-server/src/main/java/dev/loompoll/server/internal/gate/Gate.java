package dev.loompoll.server.internal.gate;

import dev.loompoll.Loompoll;
import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Tally;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets as many requests in as the limiter says; the others wait in a bounded queue, and those that
 * wait for too long are shed. Any thread may call any method; none blocks for longer than the
 * gate's own lock is held, and below the limit none takes it.
 *
 * <p>The queue has the discipline of "Fail at Scale" (ACM Queue, 2015), a controlled delay and an
 * order that adapts. A queue that was empty within the last {@link Limits#interval()} takes up a
 * burst: first come, first served, and an entry may wait for the interval. One that has not been
 * empty for so long does nothing but make everybody wait. It is <em>overloaded</em>: an entry may
 * wait for {@link Limits#target()} only, and the newest is served first, for its client is the most
 * likely to be there still. It remains so until nothing was shed for an interval: with so little
 * patience it is empty soon, and the burst that it took up next would be the overload again.
 *
 * <p>In either state the queue holds no more than can be handled in the time that an entry may
 * wait, as fast as handlers have come to their ends of late: one that comes beyond that is shed at
 * once, which costs far less than to let it wait for the same. In a burst that is half of the time:
 * who is shed when the burst turns out to be an overload should not have waited for long. If the
 * queue is full, an overloaded one sheds its oldest entry, which would be served last, and else the
 * new one is shed.
 */
public final class Gate {
  /*
   * All that decides who may enter is one word:
   *
   *   bits 0..31   how many are in flight
   *   bits 32..62  how many are queued
   *
   *   queued  step                                   by whom
   *   0       in flight + 1, if below the limit      enter, without the lock
   *   0       in flight - 1                          leave, without the lock
   *   0       queued + 1, if not below the limit     enter, with the lock
   *   > 0     any                                    who has the lock, and nobody else
   *
   * Every step is a CAS or an atomic addition. Why no wake-up is lost: the first entry is queued by a
   * CAS from a word in which nobody was queued and the limit was reached. If a permit is given back
   * before that, the CAS fails and enter looks again. If it is given back after, the one who leaves
   * sees somebody queued, takes the lock, and finds the entry in the list, for it is put there before
   * the lock is given up. And somebody will leave: the limit is at least 1,
   * so as long as somebody is queued, somebody is in flight, or the lock is held by one that is about
   * to admit.
   *
   * The limit is not in the word. When it has grown, those that wait are let in by the next who enters
   * or leaves, or by the sweeper; mostly it grows in a leave, which has told the limiter before it
   * looks. When it has shrunk, more are in flight for a while, and nobody is let in until fewer are.
   */
  private static final long ONE_QUEUED = 1L << 32;

  /** A handler that takes longer, on the average, is worth a yield. Nanoseconds. */
  private static final long WORTH_A_YIELD = 50_000;

  /** The average follows a sample by one part in {@code 2^AVERAGE_SHIFT}. */
  private static final int AVERAGE_SHIFT = 4;

  /** One connection refused in vain makes the next come earlier by one part in 2^FASTER_SHIFT. */
  private static final int FASTER_SHIFT = 5;

  private static final VarHandle STATE;
  private static final VarHandle AVERAGE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Gate.class, "state", long.class);
      AVERAGE = lookup.findVarHandle(Gate.class, "average", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * A request that wants to be handled. May be used again after {@link Gate#leave}, or after {@link
   * #shed}; its owner enters it once at a time.
   */
  public abstract static class Entry {
    // Written by whoever has the gate's lock while it is queued, and by whoever tells its verdict
    // after that; by its owner otherwise.
    @Nullable Entry previous;
    @Nullable Entry next;

    /** Why it is shed; null if it is admitted. */
    @Nullable Refused verdict;

    /** When it was queued; later, when it was admitted. */
    long since;

    /** How many were in flight when it was admitted, itself included. */
    int inFlight;

    /** When its handler began. */
    long begun;

    /**
     * It may begin. On any thread, perhaps before {@link Gate#enter} has returned; must not block.
     */
    protected abstract void admitted();

    /** It will not be handled. As {@link #admitted}. */
    protected abstract void shed(Refused why);

    final void admittedAt(long now, int inFlight) {
      since = now;
      begun = now;
      this.inFlight = inFlight;
    }
  }

  private final Limiter limiter;
  private final Tally tally;
  private final LongSupplier clock;
  private final int capacity;
  private final long target;
  private final long interval;
  private final int procs;
  private final @Nullable Sweeper sweeper;

  /** See above. Through STATE. */
  @SuppressWarnings("unused")
  private volatile long state;

  /** Of the handlers' times. Any thread, without order; a lost update is one sample less. */
  @SuppressWarnings("unused") // through AVERAGE
  private long average;

  private final ReentrantLock lock = new ReentrantLock();

  /** Those that wait, in the order in which they came. Guarded by the lock. */
  private final EntryQueue queue = new EntryQueue();

  /** Since when it has not been empty; means nothing while it is. Guarded by the lock. */
  private long busySince;

  /**
   * When something was last shed by an overloaded one, or a connection refused; means nothing
   * unless {@link #hasShed}. Written with the lock, or by {@link #refusesConnection}: the later
   * time wins or the earlier, by microseconds.
   */
  private volatile long shedAt;

  private volatile boolean hasShed;

  /** When the next connection is let in while requests are shed. Of the acceptors, in turn. */
  private long nextConnection;

  /** When one has last left while others waited; until then, {@code busySince}. Lock. */
  private long leftAt;

  /**
   * How long it takes from one that leaves to the next while others wait, on the average: so many
   * times this it takes to empty the queue. Written with the lock.
   */
  private volatile long gap;

  /**
   * In an overloaded queue there is no room for what could still be handled in time. Written with
   * the lock, whenever that may have changed; read by anybody.
   */
  private volatile boolean saturated;

  /** Those whose verdict is known and to be told without the lock. Guarded by the lock. */
  private final EntryQueue verdicts = new EntryQueue();

  public Gate(Limits limits, Tally tally, LongSupplier nanoClock) {
    this(limits, tally, nanoClock, procs(), Loompoll.threadFactory());
  }

  /**
   * For tests.
   *
   * @param procs how many goroutines run at once
   * @param sweepers makes the sweeper's thread; null is none, the test sweeps
   */
  Gate(
      Limits limits,
      Tally tally,
      LongSupplier nanoClock,
      int procs,
      @Nullable ThreadFactory sweepers) {
    this.limiter = limits.limiter();
    this.tally = tally;
    this.clock = nanoClock;
    this.capacity = limits.queue();
    this.target = nanos(limits.target());
    this.interval = nanos(limits.interval());
    this.procs = procs;
    this.sweeper = sweepers == null ? null : new Sweeper(this, sweepers);
  }

  /** Less than {@link Sweeper#EMPTY}, and so that sums do not overflow. */
  private static long nanos(Duration d) {
    return Math.min(TimeUnit.NANOSECONDS.convert(d), Long.MAX_VALUE / 2);
  }

  private static int procs() {
    int procs = Loompoll.runtime().procs();
    return procs > 0 ? procs : Runtime.getRuntime().availableProcessors();
  }

  /** True: it may begin now, and none of the entry's methods is called. False: one of them is. */
  public boolean enter(Entry entry) {
    for (; ; ) {
      long s = state;
      if (queued(s) > 0 || inFlight(s) >= limit()) {
        return enterTheQueue(entry);
      }
      if (STATE.compareAndSet(this, s, s + 1)) {
        entry.admittedAt(clock.getAsLong(), inFlight(s) + 1);
        return true;
      }
    }
  }

  private boolean enterTheQueue(Entry entry) {
    if (sweeper != null) {
      sweeper.start(); // before the entry is queued: it may fail
    }
    Entry told;
    lock.lock();
    try {
      long now = clock.getAsLong();
      shedLate(now);
      admit(now); // the limit may have grown; after this it is reached, or nobody is queued
      push(entry, now);
      told = verdicts.takeAll();
    } finally {
      lock.unlock();
    }
    if (sweeper != null) {
      sweeper.queued();
    }
    return tell(told, entry);
  }

  /** Queues it, or decides that it is shed. The lock is held. */
  private void push(Entry entry, long now) {
    decideOrQueue(entry, now);
    lookForRoom(now);
  }

  private void decideOrQueue(Entry entry, long now) {
    for (; ; ) {
      long s = state;
      if (queued(s) == 0 && inFlight(s) < limit()) {
        if (STATE.compareAndSet(this, s, s + 1)) {
          entry.admittedAt(now, inFlight(s) + 1);
          decide(entry, null);
          return;
        }
      } else if (isFull(s, now)) {
        if (overloaded(now)) {
          shedAt = now;
          hasShed = true;
        }
        decide(entry, Refused.QUEUE_DELAY);
        return;
      } else if (queued(s) >= capacity) {
        if (!overloaded(now)) {
          decide(entry, Refused.QUEUE_FULL);
          return;
        }
        drop(Refused.QUEUE_FULL, now);
      } else if (STATE.compareAndSet(this, s, s + ONE_QUEUED)) {
        if (queued(s) == 0) {
          busySince = now;
          leftAt = now;
          if (!overloaded(now)) {
            gap = 0; // of another time
          }
        }
        entry.since = now;
        queue.add(entry);
        return;
      }
    }
  }

  /**
   * The handler of an admitted entry begins now. To be called by the one that runs it if something
   * came in between: a yield, a wait in the queue, the way to another thread. Else the time of that
   * would count for {@link #worthAYield}.
   */
  public void begin(Entry entry) {
    entry.begun = clock.getAsLong();
  }

  /**
   * After the handling of an admitted entry. Its thread must have seen what the one that was told
   * of the admission saw.
   */
  public void leave(Entry entry, boolean failed) {
    try {
      long now = clock.getAsLong();
      learn(now - entry.begun);
      // From the admission, not from the beginning: with more in flight than processors or workers,
      // most of the time is spent before it, where the handler's own time does not show it.
      limiter.handled(Math.max(1, now - entry.since), entry.inFlight, failed);
    } finally {
      release();
    }
  }

  private void learn(long nanos) {
    long before = (long) AVERAGE.getOpaque(this);
    AVERAGE.setOpaque(this, before + ((nanos - before) >> AVERAGE_SHIFT));
  }

  private void release() {
    for (; ; ) {
      long s = state;
      if (queued(s) > 0) {
        break;
      }
      if (STATE.compareAndSet(this, s, s - 1)) {
        return;
      }
    }
    Entry told;
    lock.lock();
    try {
      STATE.getAndAdd(this, -1L);
      long now = clock.getAsLong();
      measureGap(now);
      shedLate(now);
      admit(now);
      told = verdicts.takeAll();
    } finally {
      lock.unlock();
    }
    tell(told, null);
  }

  /** Whether one more could not be handled in time. The lock is held. */
  private boolean isFull(long s, long now) {
    return queued(s) > 0 && (queued(s) + 1) * gap > (overloaded(now) ? target : interval / 2);
  }

  private void lookForRoom(long now) {
    long s = state;
    boolean full = isFull(s, now) && overloaded(now);
    if (full != saturated) {
      saturated = full;
    }
  }

  /**
   * Asks for a connection that comes now, before it brings a request. While requests are shed, only
   * as many connections are let in as requests are handled: those that bring one request each would
   * else be let in to have that shed, which costs far more. One thread at a time.
   *
   * @return whether to refuse it
   */
  public boolean refusesConnection() {
    long each = gap;
    if (!hasShed || each == 0) {
      return false;
    }
    long now = clock.getAsLong();
    if (now - shedAt >= interval) {
      return false;
    }
    if (now - nextConnection < 0) {
      shedAt = now; // or it would be over, and come again
      if (queued(state) == 0) {
        gap = each - (each >> FASTER_SHIFT);
      }
      return true;
    }
    nextConnection = (nextConnection - (now - target) > 0 ? nextConnection : now - target) + each;
    return false;
  }

  /**
   * Whether a request that came now would be shed at once, since many more come than can be
   * handled. A moment's view, without the lock.
   */
  public boolean saturated() {
    return saturated;
  }

  /** One has left while others wait. The lock is held. */
  private void measureGap(long now) {
    if (leftAt - busySince > 0) { // the one before left while they waited, too
      long sample = now - leftAt;
      long before = gap;
      gap = before == 0 ? sample : before + ((sample - before) >> AVERAGE_SHIFT);
    }
    leftAt = now;
  }

  /**
   * Sheds who is late, admits who may enter. For the sweeper, and tests.
   *
   * @return after how many nanoseconds to do it again, or {@link Sweeper#EMPTY}
   */
  long sweep() {
    Entry told;
    long pause;
    lock.lock();
    try {
      long now = clock.getAsLong();
      shedLate(now);
      admit(now);
      told = verdicts.takeAll();
      pause = untilLate(now);
    } finally {
      lock.unlock();
    }
    tell(told, null);
    return pause;
  }

  /** How long it takes until one is late, if nothing happens. The lock is held. */
  private long untilLate(long now) {
    Entry oldest = queue.oldest();
    if (oldest == null) {
      return Sweeper.EMPTY;
    }
    // The oldest came when the queue ceased to be empty, or later: so none is late before it is
    // overloaded.
    return overloaded(now) ? target - (now - oldest.since) : interval - (now - busySince);
  }

  /** The lock is held, and the queue is not empty. */
  private boolean overloaded(long now) {
    return now - busySince >= interval || (hasShed && now - shedAt < interval);
  }

  /** For how long an entry may wait. The lock is held, and the queue is not empty. */
  private long patience(long now) {
    return overloaded(now) ? target : interval;
  }

  /** The lock is held. */
  private void shedLate(long now) {
    long patience = patience(now);
    for (Entry oldest; (oldest = queue.oldest()) != null && now - oldest.since >= patience; ) {
      drop(Refused.QUEUE_DELAY, now);
    }
  }

  /** Sheds the oldest of an overloaded queue. The lock is held. */
  private void drop(Refused why, long now) {
    shedAt = now;
    hasShed = true;
    Entry oldest = queue.pollOldest();
    if (oldest == null) {
      throw new IllegalStateException("the gate's word counts entries that are not in its queue");
    }
    STATE.getAndAdd(this, -ONE_QUEUED);
    decide(oldest, why);
  }

  /** Admits as many as may enter. The lock is held. */
  private void admit(long now) {
    boolean newestFirst = overloaded(now);
    for (long s; queued(s = state) > 0 && inFlight(s) < limit(); ) {
      Entry next = newestFirst ? queue.pollNewest() : queue.pollOldest();
      if (next == null) {
        throw new IllegalStateException("the gate's word counts entries that are not in its queue");
      }
      STATE.getAndAdd(this, 1 - ONE_QUEUED);
      next.admittedAt(now, inFlight(s) + 1);
      decide(next, null);
    }
    lookForRoom(now);
  }

  /** The lock is held. */
  private void decide(Entry entry, @Nullable Refused verdict) {
    entry.verdict = verdict;
    verdicts.add(entry);
  }

  /**
   * Tells the entries their verdicts, without the lock. One that throws does not keep the others
   * from theirs.
   *
   * @param own it is not told that it was admitted
   * @return whether it was
   */
  private boolean tell(@Nullable Entry first, @Nullable Entry own) {
    boolean admitted = false;
    Throwable failure = null;
    for (Entry entry = first; entry != null; ) {
      Entry next = entry.next; // now: once told, it may be entered again
      Refused why = entry.verdict;
      entry.previous = null;
      entry.next = null;
      try {
        if (why != null) {
          tally.refused(why);
          entry.shed(why);
        } else if (entry == own) {
          admitted = true;
        } else {
          entry.admitted();
        }
      } catch (RuntimeException | Error e) {
        failure = failure == null ? e : failure;
      }
      entry = next;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    }
    return admitted;
  }

  /**
   * Whether handlers take so long that a goroutine which was let in should let all others first
   * read and decode what they have: otherwise what waits, waits in the scheduler's queue and in
   * sockets, where nobody sees for how long. Only while all processors may have a handler to run:
   * if one has not, what others have is read there.
   */
  public boolean worthAYield() {
    return (long) AVERAGE.getOpaque(this) > WORTH_A_YIELD && inFlight(state) >= procs;
  }

  public int inFlight() {
    return inFlight(state);
  }

  public int queued() {
    return queued(state);
  }

  public int limit() {
    return Math.max(1, limiter.limit());
  }

  private static int inFlight(long s) {
    return (int) s;
  }

  private static int queued(long s) {
    return (int) (s >>> 32);
  }

  /** Ends its thread; sheds nobody. */
  public void close() {
    if (sweeper != null) {
      sweeper.end();
    }
  }
}
