package dev.loompoll.server.internal.blocking;

import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.gate.Gate;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread at the gate. One for all requests of its connection: they come one after another, the
 * gate gives each exactly one verdict, and the next enters only after its thread has seen the
 * verdict and, if that let it in, has left. An unpark that comes late is a spurious wake-up of
 * whatever waits then; everything here and in the core allows for those.
 */
final class Turn extends Gate.Entry {
  private static final Object ADMITTED = new Object();

  private final Thread thread = Thread.currentThread();

  /**
   * Null, then ADMITTED or a Refused. Cleared by the thread before it enters (the gate publishes
   * that with the entry), written once by the gate.
   */
  private volatile @Nullable Object verdict;

  /** Before each {@link Gate#enter}. */
  Turn again() {
    if (verdict != null) {
      verdict = null;
    }
    return this;
  }

  @Override
  protected void admitted() {
    verdict = ADMITTED;
    LockSupport.unpark(thread);
  }

  @Override
  protected void shed(Refused why) {
    verdict = why;
    LockSupport.unpark(thread);
  }

  /** After {@link Gate#enter} was false: whether it was let in in the end. Not interruptible. */
  boolean await() {
    boolean interrupted = false;
    Object v;
    while ((v = verdict) == null) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted(); // or park() would return at once
    }
    if (interrupted) {
      thread.interrupt();
    }
    return v == ADMITTED;
  }
}
