package dev.loompoll.internal.poll;

import dev.loompoll.internal.sched.Machine;
import dev.loompoll.internal.sched.PollLoop;
import dev.loompoll.internal.sched.Timers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the poller knows of one descriptor: who waits for it to become readable and who for
 * writable, until when, and whether it is being closed. Go's {@code pollDesc}, with a JVM thread's
 * park permit in the place of its WAIT state.
 *
 * <p>Each direction is a binary semaphore of three states, {@code rg} and {@code wg}:
 *
 * <pre>
 *   nil      nothing is pending
 *   READY    readiness was seen and not used yet
 *   Thread   that thread is parked, or about to park
 *
 *   nil    -> READY    a polling thread that saw an event
 *   READY  -> nil      the operation's thread, by reset() before its system call or in await()
 *   nil    -> Thread   the operation's thread in await()
 *   Thread -> nil      whoever wakes it, and unparks it then: a poll with an event, a timer with an
 *                      expired deadline, a setter of a past deadline, close(); or the thread itself,
 *                      when it finds one of these before it parks, or its interrupt flag after
 * </pre>
 *
 * <p>Who moves Thread to nil has won: a thread that cannot take itself back has been woken. At most
 * one thread waits a direction; {@link FDMutex} sees to it, and a second one is an error in this
 * library.
 *
 * <p><b>No wake-up is lost.</b> With edge-triggered readiness a thread may wait only after EAGAIN
 * that was seen after the last reset: an edge that came since is READY, and await() takes it. For
 * deadline and close: the waiter publishes itself (CAS), then looks at deadline and closing; the
 * other side stores deadline or closing, then looks for a waiter (all volatile). Whichever comes
 * second sees the other.
 *
 * <p><b>Deadlines</b> are words of their own, {@code rd} and {@code wd}: 0 none, EXPIRED once
 * passed and until changed, else a time of the loop's clock. The timer expires a deadline by CAS
 * from the very value that it found due. So a timer that was meant for an older deadline, or for
 * the descriptor that had this slot before, does nothing unless the present deadline has passed
 * too: the value does what Go's sequence numbers do, and no lock is needed.
 *
 * <p><b>Recycling.</b> A PollDesc is never freed, its slot is used again under the next generation.
 * Events carry (slot, generation); {@code info} holds the generation beside the flags, so that an
 * event of an older descriptor can set no flag on a newer one. A wake-up by such an event can slip
 * between check and CAS; it is spurious, and every operation tolerates those.
 */
public final class PollDesc extends Timers.Entry {
  private static final Object READY = new Object();

  private static final long NONE = 0;
  private static final long EXPIRED = -1;

  /** No {@link Result}: the thread is to park. */
  static final int PARK = Integer.MIN_VALUE;

  /** Set by close(), for good. */
  static final int CLOSING = 1;

  /** The last event said EPOLLERR and nothing else. */
  public static final int EVENT_ERROR = 2;

  /**
   * No short-read rule: the peer's half-close, a hang-up, an error or urgent data was seen, or the
   * user may have put another protocol than TCP on the socket.
   */
  public static final int NO_DRAIN = 4;

  /** The user closed the reading side: reads see the end of the stream. */
  static final int READ_CLOSED = 8;

  private static final long FLAGS = 0xffff_ffffL;

  private static final VarHandle RG;
  private static final VarHandle WG;
  private static final VarHandle RD;
  private static final VarHandle WD;
  private static final VarHandle INFO;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      RG = lookup.findVarHandle(PollDesc.class, "rg", Object.class);
      WG = lookup.findVarHandle(PollDesc.class, "wg", Object.class);
      RD = lookup.findVarHandle(PollDesc.class, "rd", long.class);
      WD = lookup.findVarHandle(PollDesc.class, "wd", long.class);
      INFO = lookup.findVarHandle(PollDesc.class, "info", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Its place in the {@link PollCache}; constant. */
  final int slot;

  /** The loop that polls it and runs its timer; constant. */
  final PollLoop loop;

  // See the table above for who may write rg and wg.
  private volatile @Nullable Object rg;
  private volatile @Nullable Object wg;

  /** Written by any setter, under the descriptor's reference; to EXPIRED by a timer's CAS. */
  private volatile long rd;

  private volatile long wd;

  /** The generation in the upper half, flags in the lower; flags by CAS. */
  private volatile long info;

  /**
   * A short read stood for EAGAIN: the next read waits first, and resets nothing. Guarded by the
   * descriptor's read lock.
   */
  boolean drained;

  /** An operation has waited. Written without order: the guess of who charges for the carrier. */
  boolean waited;

  /** The free list's link; guarded by the cache's protocol. */
  @Nullable PollDesc nextFree;

  PollDesc(int slot, PollLoop loop) {
    this.slot = slot;
    this.loop = loop;
    this.info = CLOSING; // until it is opened
  }

  // ---- life

  /** For a new descriptor. Nobody else knows this slot's next generation yet. */
  void open() {
    rg = null;
    wg = null;
    rd = NONE;
    wd = NONE;
    drained = false;
    info = ((info >>> 32) + 1) << 32;
  }

  /** What the descriptor's events carry. */
  long token() {
    return (info & ~FLAGS) | slot;
  }

  static int slotOf(long token) {
    return (int) token;
  }

  /** Closes for all operations, present and future, and wakes those that wait. */
  void evict() {
    addFlags(info, CLOSING);
    wake(false, null);
    wake(true, null);
  }

  /** Ends reading, present and future. Under a reference. */
  void closeRead() {
    addFlags(info, READ_CLOSED);
    wake(false, null);
  }

  /** The descriptor is gone: its events are stale from now on. */
  void release() {
    if (rg instanceof Thread || wg instanceof Thread) {
      throw new IllegalStateException("a thread waits on a descriptor that is closed");
    }
    rd = NONE;
    wd = NONE;
    info = (((info >>> 32) + 1) << 32) | CLOSING;
  }

  /** The short-read rule does not hold from now on. Under a reference. */
  void neverDrain() {
    addFlags(info, NO_DRAIN);
  }

  private void addFlags(long generationAndFlags, int flags) {
    long i = generationAndFlags;
    while ((i & flags) != flags) {
      long seen = (long) INFO.compareAndExchange(this, i, i | flags);
      if (seen == i || (seen ^ i) >>> 32 != 0) {
        return; // done, or the slot has moved on to another descriptor
      }
      i = seen;
    }
  }

  // ---- the operation's side

  /** Why an operation must not go on, or OK. */
  int check(boolean write) {
    long i = info;
    if ((i & (CLOSING | EVENT_ERROR | READ_CLOSED)) != 0) {
      if ((i & CLOSING) != 0) {
        return Result.CLOSED;
      }
      // A write gets its own, more telling error from the kernel.
      if (!write) {
        return (i & READ_CLOSED) != 0 ? Result.EOF : Result.NOT_POLLABLE;
      }
    }
    return (write ? wd : rd) == EXPIRED ? Result.TIMEOUT : Result.OK;
  }

  /** Forgets readiness seen so far. Only before a system call whose EAGAIN will be waited for. */
  void reset(boolean write) {
    if (write) {
      WG.setVolatile(this, null);
    } else {
      RG.setVolatile(this, null);
    }
  }

  /** Whether a short read now means that the kernel has nothing more. */
  boolean mayDrain() {
    return (info & NO_DRAIN) == 0;
  }

  /** Whether there is readiness to take: await() would not wait. */
  boolean isReady(boolean write) {
    return get(write) == READY;
  }

  /** How many threads wait, 0 to 2; a moment's value. */
  int waiters() {
    return (rg instanceof Thread ? 1 : 0) + (wg instanceof Thread ? 1 : 0);
  }

  /**
   * Waits for readiness, deadline, close or interrupt. Spurious wake-ups are OK too.
   *
   * <p>In two halves, for all that a method still needs while it is parked is copied out of its
   * frame and back in, each time.
   */
  int await(boolean write) {
    int code = beginWait(write);
    while (code == PARK) {
      LockSupport.park(); // returns at once when interrupted
      code = endWait(write);
    }
    return code;
  }

  /** PARK, or why not to. */
  int beginWait(boolean write) {
    if (isReady(write) && cas(write, READY, null)) {
      return check(write);
    }
    waited = true;
    Thread me = Thread.currentThread();
    while (!cas(write, null, me)) {
      if (cas(write, READY, null)) {
        return check(write);
      }
      if (get(write) instanceof Thread) {
        throw new IllegalStateException("two threads wait for one direction of a descriptor");
      }
    }
    int code = check(write);
    if (code != Result.OK) {
      cas(write, me, null); // if that fails we were woken, and the code is the reason or wins
      return code;
    }
    return PARK;
  }

  /** The same, after the park. */
  int endWait(boolean write) {
    if (get(write) == null) { // it was woken
      return check(write);
    }
    Thread me = Thread.currentThread();
    if (get(write) == me) {
      if (!me.isInterrupted()) {
        return PARK;
      }
      // park() would return at once, for ever. If we were woken meanwhile, that wins.
      if (cas(write, me, null)) {
        return Result.INTERRUPTED;
      }
    }
    return check(write);
  }

  private boolean cas(boolean write, @Nullable Object from, @Nullable Object to) {
    // compareAndSets, in two instructions less
    return (write ? WG.compareAndExchange(this, from, to) : RG.compareAndExchange(this, from, to))
        == from;
  }

  private @Nullable Object get(boolean write) {
    return write ? wg : rg;
  }

  // ---- the waking side

  /** An event came: takes note of its flags first, then of readiness. */
  public void ready(long token, boolean read, boolean write, int flags) {
    ready(token, read, write, flags, null);
  }

  /**
   * The same.
   *
   * @param by the M that has polled it; null if it was another thread
   */
  public void ready(long token, boolean read, boolean write, int flags, @Nullable Machine by) {
    for (long i = info; ; ) {
      if ((i ^ token) >>> 32 != 0) {
        return; // of an older descriptor in this slot
      }
      long now = i & ~(long) EVENT_ERROR | flags; // that one is of the last event only, as in Go
      long seen = now == i ? i : (long) INFO.compareAndExchange(this, i, now);
      if (seen == i) {
        break;
      }
      i = seen;
    }
    if (read) {
      Object reader = rg; // as wake(false, READY), without its loop: this is the way of most
      if (reader instanceof Thread t
          && RG.compareAndExchange(this, reader, (Object) null) == reader) {
        if (by != null) {
          by.wake(t);
        } else {
          LockSupport.unpark(t);
        }
      } else {
        wake(false, READY);
      }
    }
    if (write && wg != READY) { // as it nearly always is: arriving data says "writable" too
      wake(true, READY);
    }
  }

  /** Wakes the waiter of a direction, if any; else leaves {@code ifNobody}, unless that is null. */
  private void wake(boolean write, @Nullable Object ifNobody) {
    for (; ; ) {
      Object waiter = get(write);
      if (waiter == READY) {
        return;
      }
      if (waiter == null) {
        if (ifNobody == null || cas(write, null, ifNobody)) {
          return;
        }
      } else if (cas(write, waiter, null)) {
        LockSupport.unpark((Thread) waiter);
        return;
      }
    }
  }

  // ---- deadlines

  /**
   * Sets a deadline, for operations that wait now too.
   *
   * @param when a time of the loop's clock; one that has passed expires at once; {@link
   *     Timers#NEVER} or later is none
   */
  void setDeadline(boolean read, boolean write, long when) {
    long value = when >= Timers.NEVER ? NONE : when <= loop.clock().nanos() ? EXPIRED : when;
    if (read) {
      rd = value;
    }
    if (write) {
      wd = value;
    }
    if (value == EXPIRED) {
      if (read) {
        wake(false, null);
      }
      if (write) {
        wake(true, null);
      }
    } else if (value != NONE) {
      loop.arm(this, value);
    }
  }

  /** The timer's look: expires what is due, and says when to look again. */
  @Override
  protected long fire(long now) {
    return Math.min(expire(false, now), expire(true, now));
  }

  private long expire(boolean write, long now) {
    for (; ; ) {
      long deadline = write ? wd : rd;
      if (deadline <= 0) {
        return Timers.NEVER;
      }
      if (deadline > now) {
        return deadline;
      }
      if (write
          ? WD.compareAndSet(this, deadline, EXPIRED)
          : RD.compareAndSet(this, deadline, EXPIRED)) {
        wake(write, null);
        return Timers.NEVER;
      }
    }
  }
}
