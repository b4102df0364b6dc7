package dev.loompoll.internal.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one {@link PollLoop}: a 4-ary heap, with an inbox through which any thread arms an
 * entry without a lock.
 *
 * <p>An entry is armed <em>lazily</em>: a later deadline leaves it where it is, and when it fires
 * it looks up when it is really due and goes back into the heap. So a deadline that is moved on
 * every read costs a store and a load. An earlier deadline goes through the inbox.
 *
 * <pre>
 *   entry.when   NEVER  nobody will look at the entry
 *                t      somebody will look at the entry at t or before: it is in the heap with a key
 *                       of t or less, or in the inbox, or the drainer has just taken it out of there
 *                CANCELLED  nobody needs to; it may still be in the heap or the inbox
 *   moves        any thread      NEVER or u -> t &lt; u   CAS in arm(), then push to the inbox
 *                lock holder     t -> NEVER             before the entry's own state is looked at
 *                any thread      t -> CANCELLED         CAS in cancel(), if it is never armed again
 *                lock holder     CANCELLED -> NEVER     when its time would have come
 * </pre>
 *
 * <p><b>No deadline is lost.</b> A setter stores the new deadline d in the entry's own state, then
 * loads {@code when}; the lock holder stores NEVER into {@code when}, then loads the entry's state
 * (both volatile). In any order of these four, either the setter finds NEVER, or an earlier value
 * than its own d, whose look is still to come, or the holder's look finds d.
 *
 * <p><b>The lock</b> is only ever tried, so no thread waits for a holder that the kernel has
 * descheduled. Whoever fails may leave: the holder looks at the inbox again <em>after</em> it
 * released the lock, and a push after that look finds the lock free or a later holder. A blocked
 * owner is woken by {@link PollLoop} when {@link #next} became earlier than its wait.
 *
 * <p><b>Cancelled entries</b> stay where they are until their time, or until the heap is more than
 * half theirs: then the lock holder throws them all out. Each was counted once, by the one who
 * moved it to CANCELLED, and is uncounted once, by the lock holder who drops it. So a cancellation
 * is two atomic operations, and its share of the sweep that it pays for.
 */
public final class Timers {
  /** Later than any time of a {@link Clock}. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final long CANCELLED = NEVER - 1;

  /** The time that is {@code left} nanoseconds from {@code now}, none of them below zero. */
  public static long after(long left, long now) {
    return left <= 0 ? now : left >= CANCELLED - now ? NEVER : now + left;
  }

  /**
   * So many fire in one go, some 50 µs: the network is polled in between, and a run queue has room
   * for them.
   */
  private static final int AT_ONCE = RunQueue.CAPACITY / 2;

  /** Something that is due at a time. */
  public abstract static class Entry {
    /** See the table above. */
    @SuppressWarnings("unused") // through WHEN
    private volatile long when = NEVER;

    /** 1 from the push to the inbox until the drainer took it out; only the CAS winner pushes. */
    @SuppressWarnings("unused") // through QUEUED
    private volatile int queued;

    /** Written by the pusher before its CAS on the inbox publishes it. */
    private @Nullable Entry nextInInbox;

    /** Position in the heap, -1 outside. Lock holder only. */
    private int index = -1;

    /**
     * The entry's time may have come. Runs on a polling thread under the timers' lock, so it must
     * not block and must be short.
     *
     * @return when to fire again, or {@link #NEVER}; a time that has passed fires again at once
     */
    protected abstract long fire(long now);
  }

  private static final VarHandle WHEN;
  private static final VarHandle QUEUED;
  private static final VarHandle INBOX;
  private static final VarHandle LOCK;
  private static final VarHandle NEXT;
  private static final VarHandle DROPPABLE;

  /** Fewer cancelled entries than this are not worth a sweep. */
  private static final int WORTH_A_SWEEP = 64;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WHEN = lookup.findVarHandle(Entry.class, "when", long.class);
      QUEUED = lookup.findVarHandle(Entry.class, "queued", int.class);
      INBOX = lookup.findVarHandle(Timers.class, "inbox", Entry.class);
      LOCK = lookup.findVarHandle(Timers.class, "lock", int.class);
      NEXT = lookup.findVarHandle(Timers.class, "next", long.class);
      DROPPABLE = lookup.findVarHandle(Timers.class, "droppable", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A Treiber stack, emptied whole: no ABA, since nothing is popped singly. */
  @SuppressWarnings("unused") // through INBOX
  private volatile @Nullable Entry inbox;

  @SuppressWarnings("unused") // through LOCK
  private volatile int lock;

  /** The heap's earliest key, NEVER when empty. Written by the lock holder, read by anybody. */
  private volatile long next = NEVER;

  /**
   * Entries that were cancelled and have not been dropped. Counted up after the cancellation, so it
   * may be below zero for a moment.
   */
  @SuppressWarnings("unused") // through DROPPABLE
  private volatile int droppable;

  // Lock holder only.
  private Entry[] heap;
  private long[] keys;
  private int size;

  public Timers() {
    this(64);
  }

  /** The capacity is where it begins; tests shrink it so that it grows. */
  Timers(int capacity) {
    heap = new Entry[capacity];
    keys = new long[capacity];
  }

  /**
   * Makes sure that {@code e} is looked at by {@code when}. Lock-free; any thread.
   *
   * @return the time to compare with a blocked owner's wait; NEVER if it need not be woken. It may
   *     be earlier than {@code when}: between our CAS and our push another thread may have armed
   *     the entry earlier, woken the owner before there was anything in the inbox, and left the
   *     push to us.
   */
  public long arm(Entry e, long when) {
    for (; ; ) {
      long armed = (long) WHEN.getVolatile(e);
      if (armed <= when) {
        return NEVER; // looked at early enough
      }
      if (WHEN.compareAndSet(e, armed, when)) {
        if (!QUEUED.compareAndSet(e, 0, 1)) {
          return when; // in the inbox, perhaps since its pusher saw no need to wake anybody
        }
        Entry head;
        do {
          head = (Entry) INBOX.getVolatile(this);
          e.nextInInbox = head;
        } while (!INBOX.compareAndSet(this, head, e));
        return (long) WHEN.getVolatile(e);
      }
    }
  }

  /**
   * Takes back the only {@link #arm} of an entry that is never armed again. Lock-free; any thread.
   *
   * @return false if it has fired, or does so just now
   */
  public boolean cancel(Entry e) {
    long armed = (long) WHEN.getVolatile(e);
    if (armed >= CANCELLED || !WHEN.compareAndSet(e, armed, CANCELLED)) {
      return false;
    }
    DROPPABLE.getAndAdd(this, 1);
    return true;
  }

  /** The earliest time in the heap; what is in the inbox may be earlier. */
  public long next() {
    return next;
  }

  public boolean hasInbox() {
    return INBOX.getVolatile(this) != null;
  }

  /**
   * Takes in the inbox and fires what is due, unless another thread is at it. Of very many that are
   * due it leaves some for the next time; {@link #next} has passed then.
   *
   * @return how many entries fired
   */
  public int run(long now) {
    int fired = 0;
    do {
      if (!LOCK.compareAndSet(this, 0, 1)) {
        return fired;
      }
      try {
        boolean room = drainInbox();
        fired += fireDue(now);
        sweep();
        if (!room && size == heap.length) {
          throw new OutOfMemoryError("for more timers than " + size);
        }
      } finally {
        NEXT.setVolatile(this, size == 0 ? NEVER : keys[0]);
        LOCK.setVolatile(this, 0);
      }
    } while (hasInbox());
    return fired;
  }

  /** False if there was no memory for all of it: the rest is in the inbox again. */
  private boolean drainInbox() {
    Entry e = (Entry) INBOX.getAndSet(this, null);
    while (e != null) {
      if (size == heap.length && !makeRoom()) {
        putBack(e);
        return false;
      }
      Entry following = e.nextInInbox;
      e.nextInInbox = null;
      QUEUED.setVolatile(e, 0); // before the load of `when`: a later arm() pushes again
      long when = (long) WHEN.getVolatile(e);
      if (when < CANCELLED) {
        place(e, when);
      } else if (when == CANCELLED) {
        dropped(1);
      }
      e = following;
    }
    return true;
  }

  private boolean makeRoom() {
    sweep();
    if (size < heap.length) {
      return true;
    }
    try {
      Entry[] largerHeap = Arrays.copyOf(heap, size * 2);
      keys = Arrays.copyOf(keys, size * 2);
      heap = largerHeap;
      return true;
    } catch (OutOfMemoryError noMemory) {
      return false;
    }
  }

  /** The entry and those linked behind it. */
  private void putBack(Entry taken) {
    Entry last = taken;
    while (last.nextInInbox != null) {
      last = last.nextInInbox;
    }
    Entry head;
    do {
      head = (Entry) INBOX.getVolatile(this);
      last.nextInInbox = head;
    } while (!INBOX.compareAndSet(this, head, taken));
  }

  private int fireDue(long now) {
    int fired = 0;
    while (size > 0 && keys[0] <= now && fired < AT_ONCE) {
      Entry e = heap[0];
      removeFirst();
      // before fire() looks at the entry's own state
      if ((long) WHEN.getAndSet(e, NEVER) == CANCELLED) {
        dropped(1);
        continue;
      }
      long again = e.fire(now);
      fired++;
      if (again != NEVER && arm(e, again) != NEVER) {
        var unused = drainInbox();
      }
    }
    return fired;
  }

  private void dropped(int n) {
    DROPPABLE.getAndAdd(this, -n);
  }

  /** Throws out what is cancelled, if that is more than what is not. */
  private void sweep() {
    int n = (int) DROPPABLE.getVolatile(this);
    if (n < WORTH_A_SWEEP || n <= size / 2) {
      return;
    }
    int kept = 0;
    for (int i = 0; i < size; i++) {
      Entry e = heap[i];
      if ((long) WHEN.getVolatile(e) != CANCELLED) {
        put(kept++, e, keys[i]);
      } else {
        e.index = -1;
      }
    }
    Arrays.fill(heap, kept, size, null);
    dropped(size - kept);
    size = kept;
    for (int i = (kept - 2) >> 2; i >= 0; i--) { // from the last that has children
      siftDown(i, heap[i], keys[i]);
    }
  }

  /** Inserts the entry, or moves it to an earlier place. There is room. */
  private void place(Entry e, long when) {
    if (e.index >= 0) {
      if (when < keys[e.index]) {
        siftUp(e.index, e, when);
      }
      return;
    }
    siftUp(size++, e, when);
  }

  @SuppressWarnings("NullAway") // beyond size the heap is empty
  private void removeFirst() {
    heap[0].index = -1;
    Entry last = heap[--size];
    long key = keys[size];
    heap[size] = null;
    if (size > 0) {
      siftDown(0, last, key);
    }
  }

  private void siftUp(int from, Entry e, long key) {
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >>> 2;
      if (keys[parent] <= key) {
        break;
      }
      put(i, heap[parent], keys[parent]);
      i = parent;
    }
    put(i, e, key);
  }

  private void siftDown(int from, Entry e, long key) {
    int i = from;
    for (; ; ) {
      int first = 4 * i + 1;
      if (first >= size) {
        break;
      }
      int least = first;
      int end = Math.min(first + 4, size);
      for (int child = first + 1; child < end; child++) {
        if (keys[child] < keys[least]) {
          least = child;
        }
      }
      if (keys[least] >= key) {
        break;
      }
      put(i, heap[least], keys[least]);
      i = least;
    }
    put(i, e, key);
  }

  private void put(int i, Entry e, long key) {
    heap[i] = e;
    keys[i] = key;
    e.index = i;
  }

  /** How many entries wait, for tests and statistics; a moment's value. */
  public int size() {
    return size;
  }
}
