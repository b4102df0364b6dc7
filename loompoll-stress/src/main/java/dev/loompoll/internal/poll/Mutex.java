package dev.loompoll.internal.poll;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Semaphore;

/** An {@link FDMutex} to look into. */
final class Mutex extends FDMutex {
  private static final VarHandle STATE;
  private static final VarHandle READERS;
  private static final VarHandle WRITERS;

  static {
    try {
      var lookup = MethodHandles.privateLookupIn(FDMutex.class, MethodHandles.lookup());
      STATE = lookup.findVarHandle(FDMutex.class, "state", long.class);
      READERS = lookup.findVarHandle(FDMutex.class, "readers", Semaphore.class);
      WRITERS = lookup.findVarHandle(FDMutex.class, "writers", Semaphore.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** No lock, no reference, no waiter, no permit. */
  boolean isUnused() {
    return (long) STATE.getVolatile(this) == 0
        && permits((Semaphore) READERS.getVolatile(this)) == 0
        && permits((Semaphore) WRITERS.getVolatile(this)) == 0;
  }

  private static int permits(Semaphore semaphore) {
    return semaphore == null ? 0 : semaphore.availablePermits();
  }
}
