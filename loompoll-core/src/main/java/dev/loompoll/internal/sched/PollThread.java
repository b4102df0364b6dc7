package dev.loompoll.internal.sched;

import java.util.concurrent.locks.LockSupport;

/**
 * Without the hook into the JDK, a platform thread owns a poll loop, and the JDK's scheduler runs
 * the virtual threads that it unparks.
 *
 * <p>Were that all, every batch of events would cost two switches between OS threads. So when
 * events came, the thread lends the loop to a virtual thread, which polls without blocking and
 * yields to those it has unparked, on the same carrier, for as long as there are events; then it
 * gives the loop back.
 *
 * <pre>
 *   lent    false -> true    the platform thread, before it unparks the virtual one
 *           true  -> false   the virtual thread, before it unparks the platform one
 * </pre>
 */
public final class PollThread extends Thread {
  private static final long NOT_POLLED = 5_000_000;

  private final PollLoop loop;
  private final NetPoll.Buffer buffer;
  private final NetPoll.Buffer borrowersBuffer;
  private final Thread borrower;

  /** See the table above. */
  private volatile boolean lent;

  /** Written by the virtual thread; a sign of life. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private volatile long borrowersPolls;

  public PollThread(int number, PollLoop loop) {
    super(null, null, "loompoll-poll" + number, 0, false);
    this.loop = loop;
    this.buffer = loop.net().newBuffer();
    this.borrowersBuffer = loop.net().newBuffer();
    this.borrower =
        Thread.ofVirtual().name("loompoll-poll" + number).unstarted(this::pollWhileBusy);
    setDaemon(true);
  }

  @Override
  public void run() {
    borrower.start();
    for (; ; ) {
      try {
        if (loop.pollBlocking(buffer) > 0) {
          lent = true;
          LockSupport.unpark(borrower);
          watchTheLent();
        }
      } catch (Throwable t) {
        goOnAfter(t);
      }
    }
  }

  /** Out of memory, most likely. Nobody else does this work. */
  private static void goOnAfter(Throwable t) {
    Scheduler.report("the poll thread", t);
    LockSupport.parkNanos(NOT_POLLED);
  }

  /**
   * Waits until the loop comes back. If the JDK's carriers are all taken by tasks that do not end,
   * the borrower does not run; platform threads that wait on the network must not wait for that.
   */
  private void watchTheLent() {
    long seen = borrowersPolls;
    while (lent) {
      LockSupport.parkNanos(this, NOT_POLLED);
      var unused = Thread.interrupted(); // by whoever enumerates threads: it would never park again
      long polls = borrowersPolls;
      if (lent && polls == seen) {
        loop.pollNow(buffer);
      }
      seen = polls;
    }
  }

  private void pollWhileBusy() {
    for (; ; ) {
      while (!lent) {
        LockSupport.park(this);
      }
      try {
        do {
          Thread.yield();
          borrowersPolls++;
        } while (loop.pollNow(borrowersBuffer) > 0);
      } catch (Throwable t) {
        goOnAfter(t);
      }
      lent = false;
      LockSupport.unpark(this);
    }
  }
}
