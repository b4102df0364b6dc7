package dev.loompoll.internal.poll;

import dev.loompoll.internal.sched.PollLoop;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The PollDescs of one poll loop: a table by slot, which only grows, and the free ones among them.
 *
 * <p>Polling threads only read the table, without a lock. Who opens or closes a descriptor takes
 * the lock; that is never a bare carrier, so no carrier waits for a virtual thread.
 */
final class PollCache {
  private final PollLoop loop;
  private final ReentrantLock lock = new ReentrantLock();

  /** Replaced by a longer copy, under the lock, before any event can carry the new slot. */
  private volatile @Nullable PollDesc[] table = new PollDesc[256];

  // Guarded by lock.
  private int size;
  private @Nullable PollDesc free;
  private int inUse;

  PollCache(PollLoop loop) {
    this.loop = loop;
  }

  /** A PollDesc under a fresh generation. */
  PollDesc open() {
    PollDesc pd;
    lock.lock();
    try {
      pd = free;
      if (pd != null) {
        free = pd.nextFree;
        pd.nextFree = null;
      } else {
        pd = grow();
      }
      inUse++;
    } finally {
      lock.unlock();
    }
    pd.open();
    return pd;
  }

  private PollDesc grow() {
    @Nullable PollDesc[] t = table;
    if (size == t.length) {
      t = Arrays.copyOf(t, size * 2);
    }
    PollDesc pd = new PollDesc(size, loop);
    t[size++] = pd;
    table = t; // also when it did not grow: publishes the element
    return pd;
  }

  void release(PollDesc pd) {
    pd.release();
    lock.lock();
    try {
      pd.nextFree = free;
      free = pd;
      inUse--;
    } finally {
      lock.unlock();
    }
  }

  /** The PollDesc of an event. */
  PollDesc of(long token) {
    return Objects.requireNonNull(table[PollDesc.slotOf(token)], "a slot that was never used");
  }

  /** How many threads wait for a descriptor; a moment's value. Takes no lock. */
  int waiters() {
    int n = 0;
    for (PollDesc pd : table) {
      if (pd != null) {
        n += pd.waiters();
      }
    }
    return n;
  }

  int inUse() {
    lock.lock();
    try {
      return inUse;
    } finally {
      lock.unlock();
    }
  }
}
