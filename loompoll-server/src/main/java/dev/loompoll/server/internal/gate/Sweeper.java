package dev.loompoll.server.internal.gate;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sheds the entries of a gate that are late when nobody comes and nobody leaves. One thread, from
 * the first entry that is queued on.
 *
 * <pre>
 *   state   to       who
 *   NEW     AWAKE    the first whose entry is to be queued; it starts the thread
 *   AWAKE   ASLEEP   the thread, before it looks at the queue for the last time
 *   ASLEEP  AWAKE    the thread, if the queue was not empty then
 *   ASLEEP  AWAKE    whoever has queued an entry; wakes the thread
 *   any     ENDED    close
 * </pre>
 *
 * <p>No entry is forgotten: it is queued before the state is looked at, and the state is ASLEEP
 * before the queue is looked at. While the thread is AWAKE and the queue is not empty it sleeps for
 * some time only, at most until the oldest entry is late; and an entry that comes later is late
 * later: what was empty in between is not overloaded.
 */
final class Sweeper {
  /** Instead of a pause: there is nothing to sweep. */
  static final long EMPTY = Long.MAX_VALUE;

  /** Under overload one after the other is late: not a wake-up for each. Nanoseconds. */
  private static final long SHORTEST = 1_000_000;

  private static final int NEW = 0;
  private static final int AWAKE = 1;
  private static final int ASLEEP = 2;
  private static final int ENDED = 3;

  private final Gate gate;
  private final ThreadFactory threads;
  private final AtomicInteger state = new AtomicInteger(NEW);

  /** Written once, by {@link #start}. Null: it will look before it sleeps. */
  private volatile @Nullable Thread thread;

  Sweeper(Gate gate, ThreadFactory threads) {
    this.gate = gate;
    this.threads = threads;
  }

  /** Unless it was started, or ended. */
  void start() {
    if (state.get() == NEW && state.compareAndSet(NEW, AWAKE)) {
      boolean started = false;
      try {
        Thread t = threads.newThread(this::run);
        thread = t;
        t.start();
        started = true;
      } finally {
        if (!started) {
          state.compareAndSet(AWAKE, NEW);
        }
      }
    }
  }

  /** After an entry was queued. */
  void queued() {
    if (state.get() == ASLEEP && state.compareAndSet(ASLEEP, AWAKE)) {
      LockSupport.unpark(thread);
    }
  }

  void end() {
    state.set(ENDED);
    LockSupport.unpark(thread);
  }

  private void run() {
    while (state.get() != ENDED) {
      long pause = gate.sweep();
      if (pause != EMPTY) {
        LockSupport.parkNanos(this, Math.max(pause, SHORTEST));
      } else if (state.compareAndSet(AWAKE, ASLEEP)) {
        if (gate.queued() > 0) {
          state.compareAndSet(ASLEEP, AWAKE);
        } else {
          park();
        }
      }
      boolean unused = Thread.interrupted(); // it would keep the thread from parking
    }
  }

  /** Until {@link #queued} or {@link #end}. */
  private void park() {
    while (state.get() == ASLEEP) {
      LockSupport.park(this);
      boolean unused = Thread.interrupted();
    }
  }
}
