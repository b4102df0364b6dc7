package dev.loompoll.internal.poll;

import dev.loompoll.internal.jfr.AcceptEvent;
import dev.loompoll.internal.jfr.CloseEvent;
import dev.loompoll.internal.jfr.Jfr;
import dev.loompoll.internal.jfr.ParkEvent;
import dev.loompoll.internal.jfr.ReadEvent;
import dev.loompoll.internal.jfr.WriteEvent;
import dev.loompoll.internal.sched.Machine;
import dev.loompoll.internal.sched.Timers;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketCalls;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A network descriptor: Go's {@code poll.FD}. Its operations block the calling thread, of whatever
 * kind, and end early by deadline, close or interrupt; reads exclude each other, and so do writes.
 * They return {@link Result}s and codes.
 *
 * <p>A connection that never has to wait would keep its carrier for itself: each operation is
 * charged to the task that runs on the M, and a task that has spent its share yields.
 */
public class FD extends FDMutex {
  /** The most that one system call moves; a power of two. */
  public static final int MAX_CHUNK = 64 * 1024;

  private static final int FOREIGN_BUDGET = 32;

  final int sysfd;
  final Poller poller;
  final PollDesc pd;

  /** Who waits in close() for the last operation to leave. */
  private volatile @Nullable Thread closer;

  private volatile boolean destroyed;

  // Scratch for errno when the thread is not on one of our Ms. Guarded by the direction's lock.
  private @Nullable ErrnoCell readErrno;
  private @Nullable ErrnoCell writeErrno;

  /** The share of a virtual thread of another scheduler. Written without order: it is a guess. */
  private int foreignBudget = FOREIGN_BUDGET;

  /** Takes over the descriptor, which must be non-blocking. */
  protected FD(int sysfd, Poller poller) {
    this.sysfd = sysfd;
    this.poller = poller;
    this.pd = poller.cache().open();
  }

  /** Begins to watch it; 0 or an errno. Not before {@link #connect}, which does it itself. */
  public final int register() {
    return poller.register(this);
  }

  public final int sysfd() {
    return sysfd;
  }

  public final Poller poller() {
    return poller;
  }

  /** The peer's address as the kernel has it, for events; null if there is none. */
  protected byte @Nullable [] peer() {
    return null;
  }

  /** What its events carry. */
  public final long token() {
    return pd.token();
  }

  // ---- reading and writing

  /** At least one byte, or {@link Result#EOF}; into the direct buffer when {@code heap} is null. */
  public final long read(
      byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length) {
    ReadEvent event = Jfr.read();
    int code = rwlock(false);
    if (code != Result.OK) {
      return Result.failed(code);
    }
    long result;
    try {
      result = length == 0 ? 0 : poller.read(this, heap, direct, offset, length);
    } finally {
      unlock(false);
    }
    if (event != null && event.isOver()) {
      event.record(sysfd, peer(), Result.count(result), Result.name(Result.code(result)));
    }
    return result >>> 14 == 0 ? result : charged(result); // most have waited, and are small: free
  }

  /** All bytes, or as many as the count says and a reason. */
  public final long write(
      byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length) {
    WriteEvent event = Jfr.write();
    int code = rwlock(true);
    if (code != Result.OK) {
      return Result.failed(code);
    }
    long result;
    try {
      result = length == 0 ? 0 : poller.write(this, heap, direct, offset, length);
      if (result < length) { // rarely: a full buffer, or more than one call moves
        result = writeRest(heap, direct, offset, length, result);
      }
    } finally {
      unlock(true);
    }
    if (event != null && event.isOver()) {
      event.record(sysfd, peer(), Result.count(result), Result.name(Result.code(result)));
    }
    return charged(result);
  }

  private long writeRest(
      byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length, long first) {
    int done = Result.count(first);
    int code = Result.code(first);
    while (done < length && code == Result.OK) {
      charge(MAX_CHUNK);
      long result = poller.write(this, heap, direct, offset + done, length - done);
      done += Result.count(result);
      code = Result.code(result);
    }
    return Result.of(done, code);
  }

  /** Accepts; the count is the new descriptor. */
  public final long accept(byte[] address, int[] length) {
    AcceptEvent event = Jfr.accept();
    int code = rwlock(false);
    if (code != Result.OK) {
      return Result.failed(code);
    }
    long result;
    try {
      result = poller.accept(this, address, length);
    } finally {
      unlock(false);
    }
    if (event != null && Result.isOk(result) && event.isOver()) {
      event.record(sysfd, Result.count(result), address);
    }
    charge(Result.isOk(result) ? 0 : MAX_CHUNK);
    return result;
  }

  /** Connects and registers; {@link Result#OK} or the reason. */
  public final int connect(byte[] address) {
    int code = rwlock(true);
    if (code != Result.OK) {
      return code;
    }
    try {
      return poller.connect(this, address);
    } finally {
      unlock(true);
    }
  }

  /** Calls {@code attempt} with the descriptor until it says true, waiting in between. */
  public final int raw(boolean write, IntPredicate attempt) {
    int code = rwlock(write);
    if (code != Result.OK) {
      return code;
    }
    try {
      code = poller.prepareRaw(this, write);
      while (code == Result.OK && !attempt.test(sysfd)) {
        code = poller.awaitRaw(this, write);
      }
      return code;
    } finally {
      unlock(write);
    }
  }

  /** Calls {@code f} with the descriptor, which cannot be closed meanwhile. Takes no lock. */
  public final int control(IntPredicate f) {
    if (!incref()) {
      return Result.CLOSED;
    }
    try {
      var unused = f.test(sysfd);
      return Result.OK;
    } finally {
      if (decref()) {
        destroy();
      }
    }
  }

  /** The short-read rule does not hold for what speaks over this socket from now on. */
  public final void neverDrained() {
    if (incref()) {
      pd.neverDrain();
      if (decref()) {
        destroy();
      }
    }
  }

  /** SHUT_RD or SHUT_WR; 0, an errno or {@link Result#CLOSED}. */
  public final int shutdown(int how) {
    if (!incref()) {
      return Result.CLOSED;
    }
    try {
      if (how == SocketCalls.SHUT_RD) {
        pd.closeRead(); // Linux alone would still hand out what arrives later
      }
      return -SocketCalls.shutdown(sysfd, how, new ErrnoCell());
    } finally {
      if (decref()) {
        destroy();
      }
    }
  }

  /** Sets a socket option; 0, an errno or {@link Result#CLOSED}. */
  public final int setsockopt(int level, int option, int... value) {
    if (!incref()) {
      return Result.CLOSED;
    }
    try {
      return -SocketCalls.setsockopt(sysfd, level, option, value, new ErrnoCell());
    } finally {
      if (decref()) {
        destroy();
      }
    }
  }

  // ---- deadlines

  /**
   * Sets deadlines, of pending operations too.
   *
   * @param when a time of the loop's clock; {@link Timers#NEVER} is none
   * @return false if closed
   */
  public final boolean setDeadline(boolean read, boolean write, long when) {
    if (!incref()) {
      return false;
    }
    try {
      pd.setDeadline(read, write, when);
      return true;
    } finally {
      if (decref()) {
        destroy();
      }
    }
  }

  /**
   * Sleeps under the read lock, until a time, or shorter by deadline, close or interrupt: for an
   * accept that must back off.
   */
  public final int pause(long until) {
    int code = rwlock(false);
    if (code != Result.OK) {
      return code;
    }
    try {
      Pause pause = new Pause(pd);
      poller.loop().arm(pause, until);
      while (code == Result.OK && !pause.over) {
        code = pd.await(false);
      }
      return code;
    } finally {
      unlock(false);
    }
  }

  private static final class Pause extends Timers.Entry {
    private final PollDesc pd;
    private final long generation;
    volatile boolean over;

    Pause(PollDesc pd) {
      this.pd = pd;
      this.generation = pd.token();
    }

    @Override
    protected long fire(long now) {
      over = true;
      pd.ready(generation, true, false, 0);
      return Timers.NEVER;
    }
  }

  // ---- life

  /**
   * Closes: wakes every operation that waits and returns when none can touch the descriptor any
   * more. Not interruptible; the flag is kept.
   *
   * @return {@link Result#OK}, an errno, or {@link Result#CLOSED} if it was closed already
   */
  public final int close() {
    CloseEvent event = Jfr.close();
    if (!increfAndClose()) {
      return Result.CLOSED;
    }
    int code = evictAndDestroy();
    if (event != null && event.isOver()) {
      event.recordClose(sysfd, peer());
    }
    return code;
  }

  private int evictAndDestroy() {
    closer = Thread.currentThread();
    pd.evict();
    if (decref()) {
      return destroy();
    }
    boolean interrupted = false;
    while (!destroyed) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted(); // or park() would return at once
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return Result.OK;
  }

  public final boolean isOpen() {
    return !isClosed();
  }

  private void unlock(boolean write) {
    if (rwunlock(write)) {
      destroy();
    }
  }

  /** By whoever dropped the last reference. */
  private int destroy() {
    try {
      int code = poller.closeDescriptor(this);
      poller.cache().release(pd);
      return code;
    } finally {
      destroyed = true;
      Thread c = closer;
      if (c != null && c != Thread.currentThread()) {
        LockSupport.unpark(c);
      }
    }
  }

  // ---- for the poller

  /**
   * Waits under the direction's lock; as {@link PollDesc#await}, of which this is a copy with
   * {@code pd} looked up again after the park: what a method keeps over a park is copied out of its
   * frame and back in, each time.
   *
   * @param now what to return, not OK, if it did not have to wait
   */
  final int await(boolean write, int now) {
    ParkEvent event = Jfr.park(); // before all else: it may fail
    int code = pd.beginWait(write);
    if (code != PollDesc.PARK) {
      return code == Result.OK ? now : code;
    }
    do {
      LockSupport.park(); // returns at once when interrupted
      code = pd.endWait(write);
    } while (code == PollDesc.PARK);
    if (event != null && event.isOver()) {
      event.record(sysfd, peer(), write, Result.name(code));
    }
    return code;
  }

  /** Scratch memory for the errno of one system call under the direction's lock. */
  public final ErrnoCell errno(boolean write) {
    Machine m = Machine.current();
    return m != null ? m.errno() : foreignErrno(write);
  }

  private ErrnoCell foreignErrno(boolean write) {
    ErrnoCell e = write ? writeErrno : readErrno;
    if (e == null) {
      e = new ErrnoCell();
      if (write) {
        writeErrno = e;
      } else {
        readErrno = e;
      }
    }
    return e;
  }

  /**
   * A failure costs as much as a large transfer: its exception does, and it may be tried for ever.
   * A read that has waited costs nothing, unless it is large: who waits begins a new share.
   */
  private long charged(long result) {
    if (result >>> 14 == 0) {
      charge(0); // most writes: a success, and less than what costs more (Machine.price)
      return result;
    }
    if (Result.isOk(result)) {
      // What one call moved, 1 to MAX_CHUNK: for the calls of a long write before it was charged.
      charge(((Result.count(result) - 1) & (MAX_CHUNK - 1)) + 1);
      return result & ~Result.DUE;
    }
    charge(MAX_CHUNK);
    return result;
  }

  private void charge(int bytes) {
    Machine m = Machine.current();
    if (m != null) {
      if (m.spend(bytes)) {
        Thread.yield();
      }
    } else {
      chargeForeign(bytes);
    }
  }

  private void chargeForeign(int bytes) {
    if (pd.waited) { // who waits uses nothing of the carrier
      pd.waited = false;
      foreignBudget = FOREIGN_BUDGET;
    }
    if ((foreignBudget -= Machine.price(bytes)) < 0) {
      foreignBudget = FOREIGN_BUDGET;
      if (Thread.currentThread().isVirtual()) {
        Thread.yield();
      }
    }
  }
}
