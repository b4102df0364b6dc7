package dev.loompoll.internal.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The queue of all Ps, for goroutines that become runnable on other threads. Unbounded, lock-free,
 * first in first out; any thread pushes, any M takes.
 *
 * <p>It is a list of segments of slots. A segment gives its slots out by two counters, one for
 * those who push and one for those who take; nobody gets a slot twice.
 *
 * <pre>
 *   slot   empty -> a task    who pushes, by CAS; if that fails, with another slot
 *          empty -> TAKEN     who takes and came before the task; he goes on to another slot
 *          task  -> TAKEN     who takes
 * </pre>
 *
 * <p><b>Nothing is lost or taken twice:</b> each slot is changed by one who pushes and one who
 * takes at most, both atomically. <b>Nobody waits:</b> a slot whose pusher has lost his CPU is
 * passed over, and he finds another when he is back; a new segment is born with a task in it, so
 * somebody gets on once a segment at least. {@link #isEmpty} says false while there is a task whose
 * push has returned and which nobody is about to take: such a push has counted, and of those who
 * take, only one that has its slot has counted past it.
 *
 * <p>Not a linked list: with a million tasks in one, a garbage collector's threads would follow it
 * one behind the other.
 */
final class GlobalQueue {
  static final int SEGMENT = 1024;

  private static final Runnable TAKEN = () -> {};

  private static final class Segment {
    final @Nullable Runnable[] slots;

    /** How many slots were given to those who push; more than there are when it is full. */
    private volatile int pushed;

    /** And to those who take. */
    @SuppressWarnings("unused") // through TAKES
    private volatile int takes;

    /** Set once, by CAS, when the slots for pushing have run out. */
    @SuppressWarnings("unused") // through FOLLOWING
    private volatile @Nullable Segment following;

    Segment(int size) {
      slots = new Runnable[size];
    }

    /** With its first task. */
    Segment(int size, Runnable task) {
      this(size);
      slots[0] = task;
      pushed = 1;
    }

    boolean isUsedUp() {
      return (int) TAKES.getVolatile(this) >= (int) PUSHED.getVolatile(this);
    }
  }

  private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(Runnable[].class);
  private static final VarHandle PUSHED;
  private static final VarHandle TAKES;
  private static final VarHandle FOLLOWING;
  private static final VarHandle HEAD;
  private static final VarHandle TAIL;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PUSHED = lookup.findVarHandle(Segment.class, "pushed", int.class);
      TAKES = lookup.findVarHandle(Segment.class, "takes", int.class);
      FOLLOWING = lookup.findVarHandle(Segment.class, "following", Segment.class);
      HEAD = lookup.findVarHandle(GlobalQueue.class, "head", Segment.class);
      TAIL = lookup.findVarHandle(GlobalQueue.class, "tail", Segment.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int segment;

  /** The first segment that may have a task. Moved on by CAS, by any thread. */
  private volatile Segment head;

  /** The last segment, or one before it for a moment. Moved on by CAS, by any thread. */
  private volatile Segment tail;

  GlobalQueue() {
    this(SEGMENT);
  }

  /** With segments of another size; tests shrink it. */
  GlobalQueue(int segment) {
    this.segment = segment;
    head = new Segment(segment);
    tail = head;
  }

  void push(Runnable task) {
    for (; ; ) {
      Segment s = tail;
      // A look first: whoever finds no memory for the next segment must not have counted here.
      if (s.pushed < segment) {
        int i = (int) PUSHED.getAndAdd(s, 1);
        if (i < segment && SLOTS.compareAndSet(s.slots, i, null, task)) {
          return;
        }
        continue;
      }
      Segment next = s.following;
      if (next == null) {
        next = new Segment(segment, task);
        if (FOLLOWING.compareAndSet(s, null, next)) {
          TAIL.compareAndSet(this, s, next);
          return;
        }
        next = s.following;
      }
      TAIL.compareAndSet(this, s, next);
    }
  }

  @Nullable Runnable poll() {
    for (; ; ) {
      Segment s = head;
      if (s.isUsedUp() && s.following == null) {
        return null;
      }
      int i = (int) TAKES.getAndAdd(s, 1);
      if (i < segment) {
        Runnable task = (Runnable) SLOTS.getAndSet(s.slots, i, TAKEN);
        if (task != null) {
          return task;
        }
      } else {
        Segment next = s.following;
        if (next == null) {
          return null;
        }
        HEAD.compareAndSet(this, s, next);
      }
    }
  }

  boolean isEmpty() {
    Segment s = head;
    return s.isUsedUp() && s.following == null;
  }
}
