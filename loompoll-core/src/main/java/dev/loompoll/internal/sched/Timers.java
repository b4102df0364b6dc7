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
 *   moves        any thread      NEVER or u -> t &lt; u   CAS in arm(), then push to the inbox
 *                lock holder     t -> NEVER             before the entry's own state is looked at
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
 */
public final class Timers {
  /** Later than any time of a {@link Clock}. */
  public static final long NEVER = Long.MAX_VALUE;

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

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WHEN = lookup.findVarHandle(Entry.class, "when", long.class);
      QUEUED = lookup.findVarHandle(Entry.class, "queued", int.class);
      INBOX = lookup.findVarHandle(Timers.class, "inbox", Entry.class);
      LOCK = lookup.findVarHandle(Timers.class, "lock", int.class);
      NEXT = lookup.findVarHandle(Timers.class, "next", long.class);
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

  /** The earliest time in the heap; what is in the inbox may be earlier. */
  public long next() {
    return next;
  }

  public boolean hasInbox() {
    return INBOX.getVolatile(this) != null;
  }

  /**
   * Takes in the inbox and fires what is due, unless another thread is at it.
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
        drainInbox();
        fired += fireDue(now);
        NEXT.setVolatile(this, size == 0 ? NEVER : keys[0]);
      } finally {
        LOCK.setVolatile(this, 0);
      }
    } while (hasInbox());
    return fired;
  }

  private void drainInbox() {
    Entry e = (Entry) INBOX.getAndSet(this, null);
    while (e != null) {
      Entry following = e.nextInInbox;
      e.nextInInbox = null;
      QUEUED.setVolatile(e, 0); // before the load of `when`: a later arm() pushes again
      long when = (long) WHEN.getVolatile(e);
      if (when != NEVER) {
        place(e, when);
      }
      e = following;
    }
  }

  private int fireDue(long now) {
    int fired = 0;
    while (size > 0 && keys[0] <= now) {
      Entry e = heap[0];
      removeFirst();
      WHEN.setVolatile(e, NEVER); // before fire() looks at the entry's own state
      long again = e.fire(now);
      fired++;
      if (again != NEVER && arm(e, again) != NEVER) {
        drainInbox();
      }
    }
    return fired;
  }

  /** Inserts the entry, or moves it to an earlier place. */
  private void place(Entry e, long when) {
    if (e.index >= 0) {
      if (when < keys[e.index]) {
        siftUp(e.index, e, when);
      }
      return;
    }
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
      keys = Arrays.copyOf(keys, size * 2);
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
      siftDown(last, key);
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

  private void siftDown(Entry e, long key) {
    int i = 0;
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
