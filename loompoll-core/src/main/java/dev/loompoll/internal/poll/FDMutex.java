package dev.loompoll.internal.poll;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a descriptor alive while it is used, and one read and one write at a time on it. Go's
 * {@code fdMutex}: all of its state is one word.
 *
 * <pre>
 *   bit  0       closed: no operation may begin
 *   bit  1       read lock
 *   bit  2       write lock
 *   bits 3..22   references: operations under way that lock nothing, close() among them
 *   bits 23..42  threads that wait for the read lock
 *   bits 43..62  threads that wait for the write lock
 * </pre>
 *
 * <p>The protocol. Reads: {@link #rwlock rwlock(false)} … {@link #rwunlock rwunlock(false)}; writes
 * with true. What neither reads nor writes: {@link #incref} … {@link #decref}. Close: {@link
 * #increfAndClose} once, then {@link #decref}. A lock is a reference too. Whoever drops the last
 * one of a closed descriptor gets true, and destroys it: once closed nothing is added, so exactly
 * one step leads from something held to nothing held.
 *
 * <p>A waiter raises its count in the word, then sleeps on a semaphore; who unlocks lowers the
 * count and gives one permit. So at any time permits plus counts are the threads asleep, and it
 * does not matter which of them takes a permit; the woken one competes for the lock again. An
 * interrupted waiter lowers the count itself, and if the count is zero there is a permit for it,
 * which it takes.
 */
abstract class FDMutex {
  private static final long CLOSED = 1;
  private static final long READ_LOCK = 1 << 1;
  private static final long WRITE_LOCK = 1 << 2;
  private static final long REF = 1 << 3;
  private static final long REF_MASK = ((1 << 20) - 1) * REF;
  private static final long HELD = REF_MASK | READ_LOCK | WRITE_LOCK;
  private static final long READ_WAIT = 1L << 23;
  private static final long READ_WAIT_MASK = ((1 << 20) - 1) * READ_WAIT;
  private static final long WRITE_WAIT = 1L << 43;
  private static final long WRITE_WAIT_MASK = ((1 << 20) - 1) * WRITE_WAIT;

  private static final VarHandle STATE;
  private static final VarHandle READERS;
  private static final VarHandle WRITERS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(FDMutex.class, "state", long.class);
      READERS = lookup.findVarHandle(FDMutex.class, "readers", Semaphore.class);
      WRITERS = lookup.findVarHandle(FDMutex.class, "writers", Semaphore.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through STATE; moved by any thread, by CAS
  private volatile long state;

  // Made by the first waiter, before its count says that there is one.
  @SuppressWarnings("unused") // through READERS
  private volatile @Nullable Semaphore readers;

  @SuppressWarnings("unused") // through WRITERS
  private volatile @Nullable Semaphore writers;

  /** Adds a reference; false if closed. */
  final boolean incref() {
    for (; ; ) {
      long old = (long) STATE.getVolatile(this);
      if ((old & CLOSED) != 0) {
        return false;
      }
      if (STATE.compareAndSet(this, old, plusRef(old))) {
        return true;
      }
    }
  }

  /** Closes to new operations and wakes all lock waiters; false if it was closed already. */
  final boolean increfAndClose() {
    for (; ; ) {
      long old = (long) STATE.getVolatile(this);
      if ((old & CLOSED) != 0) {
        return false;
      }
      long now = (plusRef(old) | CLOSED) & ~(READ_WAIT_MASK | WRITE_WAIT_MASK);
      if (STATE.compareAndSet(this, old, now)) {
        release(readers, (int) ((old & READ_WAIT_MASK) / READ_WAIT));
        release(writers, (int) ((old & WRITE_WAIT_MASK) / WRITE_WAIT));
        return true;
      }
    }
  }

  /** Drops a reference; true if it was the last of a closed descriptor. */
  final boolean decref() {
    for (; ; ) {
      long old = (long) STATE.getVolatile(this);
      if ((old & REF_MASK) == 0) {
        throw new IllegalStateException("inconsistent FDMutex: no reference to drop");
      }
      long now = old - REF;
      if (STATE.compareAndSet(this, old, now)) {
        return (now & (CLOSED | HELD)) == CLOSED;
      }
    }
  }

  /**
   * Takes the read or the write lock, waiting for it.
   *
   * @return {@link Result#OK}, {@link Result#CLOSED} or {@link Result#INTERRUPTED}
   */
  final int rwlock(boolean write) {
    long lock = write ? WRITE_LOCK : READ_LOCK;
    long old = (long) STATE.getVolatile(this);
    if ((old & (CLOSED | lock)) == 0 && swapped(old, old | lock)) {
      return Result.OK;
    }
    return rwlockSlow(write);
  }

  private int rwlockSlow(boolean write) {
    long lock = write ? WRITE_LOCK : READ_LOCK;
    long wait = write ? WRITE_WAIT : READ_WAIT;
    long waitMask = write ? WRITE_WAIT_MASK : READ_WAIT_MASK;
    for (; ; ) {
      long old = (long) STATE.getVolatile(this);
      if ((old & CLOSED) != 0) {
        return Result.CLOSED;
      }
      if ((old & lock) == 0) {
        if (STATE.compareAndSet(this, old, old | lock)) {
          return Result.OK;
        }
        continue;
      }
      if ((old & waitMask) == waitMask) {
        throw tooMany();
      }
      Semaphore semaphore = semaphore(write);
      if (STATE.compareAndSet(this, old, old + wait)) {
        try {
          semaphore.acquire();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt(); // the flag stays set, as on every operation
          if (withdraw(wait, waitMask)) {
            return Result.INTERRUPTED;
          }
          semaphore.acquireUninterruptibly(); // there is a permit for us
        }
      }
    }
  }

  /** Lowers the waiter count; false if it is zero, so that a permit was given instead. */
  private boolean withdraw(long wait, long waitMask) {
    for (; ; ) {
      long old = (long) STATE.getVolatile(this);
      if ((old & waitMask) == 0) {
        return false;
      }
      if (STATE.compareAndSet(this, old, old - wait)) {
        return true;
      }
    }
  }

  /** Gives the lock back; true as {@link #decref}. */
  final boolean rwunlock(boolean write) {
    long lock = write ? WRITE_LOCK : READ_LOCK;
    long waitMask = write ? WRITE_WAIT_MASK : READ_WAIT_MASK;
    long old = (long) STATE.getVolatile(this);
    if ((old & (CLOSED | lock | waitMask)) == lock && swapped(old, old - lock)) {
      return false;
    }
    return rwunlockSlow(write);
  }

  private boolean rwunlockSlow(boolean write) {
    long lock = write ? WRITE_LOCK : READ_LOCK;
    long wait = write ? WRITE_WAIT : READ_WAIT;
    long waitMask = write ? WRITE_WAIT_MASK : READ_WAIT_MASK;
    for (; ; ) {
      long old = (long) STATE.getVolatile(this);
      if ((old & lock) == 0) {
        throw new IllegalStateException("inconsistent FDMutex: not locked");
      }
      long now = old - lock;
      boolean waiting = (old & waitMask) != 0;
      if (waiting) {
        now -= wait;
      }
      if (STATE.compareAndSet(this, old, now)) {
        if (waiting) {
          release(write ? writers : readers, 1);
        }
        return (now & (CLOSED | HELD)) == CLOSED;
      }
    }
  }

  /** A compareAndSet, in two instructions less. */
  private boolean swapped(long old, long now) {
    return (long) STATE.compareAndExchange(this, old, now) == old;
  }

  final boolean isClosed() {
    return ((long) STATE.getVolatile(this) & CLOSED) != 0;
  }

  private static long plusRef(long state) {
    if ((state & REF_MASK) == REF_MASK) {
      throw tooMany();
    }
    return state + REF;
  }

  private static IllegalStateException tooMany() {
    return new IllegalStateException(
        "too many concurrent operations on a single socket (max 1048575)");
  }

  private Semaphore semaphore(boolean write) {
    VarHandle field = write ? WRITERS : READERS;
    Semaphore s = (Semaphore) field.getVolatile(this);
    if (s == null) {
      Semaphore fresh = new Semaphore(0);
      s = (Semaphore) field.compareAndExchange(this, null, fresh);
      if (s == null) {
        s = fresh;
      }
    }
    return s;
  }

  private static void release(@Nullable Semaphore semaphore, int permits) {
    if (permits > 0 && semaphore != null) {
      semaphore.release(permits);
    }
  }
}
