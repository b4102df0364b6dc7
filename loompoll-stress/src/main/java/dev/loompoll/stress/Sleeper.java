package dev.loompoll.stress;

import java.util.function.IntSupplier;

/**
 * The actor of a test that may sleep. The other one, which must have woken it, asks for that at its
 * end: so a lost wake-up is an outcome and not a hang, and the two actors stay abreast. Where an
 * interrupt does not end the sleep, or nobody is left awake, the JVM is halted, which jcstress
 * counts as an error.
 */
public final class Sleeper {
  private static final long PATIENCE = 5_000_000_000L;
  private static final long NO_PATIENCE = 1_000_000;

  private static volatile Sleeper latest;

  /** One has overslept: the verdict is clear, and the run should end soon. */
  private static volatile boolean late;

  private volatile Thread thread;
  private volatile boolean returned;

  static {
    Thread watch = new Thread(Sleeper::watch, "sleepers' watch");
    watch.setDaemon(true);
    watch.start();
  }

  /** By the sleeping actor. */
  public int sleep(IntSupplier operation) {
    thread = Thread.currentThread();
    latest = this;
    try {
      return operation.getAsInt();
    } finally {
      returned = true;
      if (late) {
        Thread.interrupted(); // see overslept()
      }
    }
  }

  /** By the other actor, when it has done all it does: 1 if that did not end the sleep, else 0. */
  public int overslept() {
    for (int i = 0; i < 1000; i++) {
      if (returned) {
        return 0;
      }
      Thread.onSpinWait();
    }
    long start = System.nanoTime();
    while (System.nanoTime() - start < (late ? NO_PATIENCE : PATIENCE)) {
      if (returned) {
        return 0;
      }
      Thread.onSpinWait();
    }
    late = true;
    while (!returned) {
      Thread t = thread;
      if (t != null) {
        t.interrupt();
      }
      Thread.yield();
      if (System.nanoTime() - start > 2 * PATIENCE) {
        halt();
      }
    }
    return 1;
  }

  private static void watch() {
    try {
      for (; ; ) {
        Sleeper seen = latest;
        Thread.sleep(3 * PATIENCE / 1_000_000);
        if (seen != null && seen == latest && !seen.returned) {
          halt();
        }
      }
    } catch (InterruptedException e) {
      // nobody does that
    }
  }

  private static void halt() {
    System.err.println("an actor sleeps for ever");
    Runtime.getRuntime().halt(1);
  }
}
