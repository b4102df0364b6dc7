package dev.loompoll.internal.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A P's bounded queue of runnable goroutines, first in first out. Any thread may push, pop and
 * steal: Go lets only the owner push, but here a thread that has just lost its P may still be
 * inside {@code execute()}.
 *
 * <p>It is a ring of slots, each with a sequence number, after Dmitry Vyukov's bounded
 * multi-producer multi-consumer queue. For position {@code i} in slot {@code i mod capacity}:
 *
 * <pre>
 *   sequence == i              the slot is free for the push at position i
 *   sequence == i + 1          it holds the task pushed at position i
 *   sequence == i + capacity   that task was taken; free for the push one round later
 * </pre>
 *
 * <ul>
 *   <li>A pusher that finds {@code sequence == tail} claims the position by CAS on {@code tail}; it
 *       alone writes the slot then, and publishes it by a release store of the sequence.
 *   <li>A taker that finds {@code sequence == head + 1} (acquire) claims the position by CAS on
 *       {@code head}; it alone reads the slot then, clears it, and frees it by a release store.
 *   <li>{@code head} and {@code tail} only grow, 64 bits wide, so their CAS has no ABA. A stealer
 *       checks that {@code n} positions from {@code head} on are published, then claims them by one
 *       CAS: since published slots stay published until {@code head} passes them, and the CAS shows
 *       that {@code head} had not moved, all of them are its own.
 * </ul>
 *
 * <p>Between a pusher's CAS and its publication, takers see the queue end there. That is a few
 * instructions of a thread that still holds its P, unless sysmon took the P away in just those;
 * what is behind the gap waits until the kernel runs that thread again, and nothing is lost: the P,
 * or a thief, finds it at its next look.
 */
final class RunQueue {
  /** Go's figure; tests shrink it so that wrapping round and overflow happen often. */
  static final int CAPACITY = 256;

  private static final VarHandle HEAD;
  private static final VarHandle TAIL;
  private static final VarHandle SEQUENCE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(RunQueue.class, "head", long.class);
      TAIL = lookup.findVarHandle(RunQueue.class, "tail", long.class);
      SEQUENCE = lookup.findVarHandle(Slot.class, "sequence", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * An object, not two array elements: mostly one cache line, and no check of the task's type,
   * which costs some 30 instructions at each store into an array of interface type.
   */
  private static final class Slot {
    /** See the table above. */
    @SuppressWarnings("unused") // through SEQUENCE
    private volatile long sequence;

    /** Guarded by the sequence. */
    @Nullable Runnable task;

    Slot(long sequence) {
      this.sequence = sequence;
    }
  }

  private final Slot[] slots;

  /** The next position to take. Moved by takers, by CAS. */
  @SuppressWarnings("unused") // through HEAD
  private volatile long head;

  /** The next position to fill. Moved by pushers, by CAS. */
  @SuppressWarnings("unused") // through TAIL
  private volatile long tail;

  RunQueue(int capacity) {
    if (capacity < 2 || Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "capacity must be a power of two, and 2 at least: " + capacity);
    }
    slots = new Slot[capacity];
    for (int i = 0; i < capacity; i++) {
      slots[i] = new Slot(i);
    }
  }

  private Slot slot(long position) {
    return slots[(int) position & (slots.length - 1)];
  }

  /** Adds at the tail; false when full. */
  boolean push(Runnable task) {
    Slot[] slots = this.slots;
    long t = (long) TAIL.getVolatile(this);
    for (; ; ) {
      Slot slot = slots[(int) t & (slots.length - 1)];
      long free = (long) SEQUENCE.getAcquire(slot) - t;
      if (free == 0) {
        long seen = (long) TAIL.compareAndExchange(this, t, t + 1);
        if (seen == t) {
          slot.task = task;
          SEQUENCE.setRelease(slot, t + 1);
          return true;
        }
        t = seen;
      } else if (free < 0) {
        return false; // the slot still holds the task of one round before
      } else {
        t = (long) TAIL.getVolatile(this);
      }
    }
  }

  /** Takes from the head; null when empty. */
  @Nullable Runnable pop() {
    Slot[] slots = this.slots;
    long h = (long) HEAD.getVolatile(this);
    for (; ; ) {
      Slot slot = slots[(int) h & (slots.length - 1)];
      long ready = (long) SEQUENCE.getAcquire(slot) - (h + 1);
      if (ready == 0) {
        long seen = (long) HEAD.compareAndExchange(this, h, h + 1);
        if (seen == h) {
          return take(slot, h + slots.length);
        }
        h = seen;
      } else if (ready < 0) {
        return null; // not pushed yet, or not published yet
      } else {
        h = (long) HEAD.getVolatile(this);
      }
    }
  }

  /**
   * Takes half of what is here, rounded up, oldest first.
   *
   * @param into at least half the capacity long
   * @return how many tasks there are in {@code into} now
   */
  int stealHalf(Runnable[] into) {
    for (; ; ) {
      long h = (long) HEAD.getVolatile(this);
      int n = published(h);
      n -= n / 2;
      if (n == 0 && (long) HEAD.getVolatile(this) != h) {
        continue; // another taker was faster: there may be more behind what it took
      }
      if (n == 0 || HEAD.compareAndSet(this, h, h + n)) {
        for (int k = 0; k < n; k++) {
          into[k] = take(slot(h + k), h + k + slots.length);
        }
        return n;
      }
    }
  }

  /** How many positions from {@code h} on hold a published task. */
  private int published(long h) {
    int n = 0;
    while (n < slots.length && (long) SEQUENCE.getAcquire(slot(h + n)) == h + n + 1) {
      n++;
    }
    return n;
  }

  /** Empties a slot that the caller has claimed; its next push is that of position {@code next}. */
  @SuppressWarnings("NullAway") // a published slot holds a task
  private Runnable take(Slot slot, long next) {
    Runnable task = slot.task;
    slot.task = null;
    SEQUENCE.setRelease(slot, next);
    return task;
  }

  /** The position of the next push. */
  long tail() {
    return (long) TAIL.getVolatile(this);
  }

  /** Whether all that was pushed before {@code position} has been taken. */
  boolean passed(long position) {
    return (long) HEAD.getVolatile(this) >= position;
  }

  /** A moment's value. */
  int size() {
    long h = (long) HEAD.getVolatile(this);
    long t = (long) TAIL.getVolatile(this);
    return (int) Math.max(0, Math.min(t - h, slots.length));
  }

  boolean isEmpty() {
    return size() == 0;
  }
}
