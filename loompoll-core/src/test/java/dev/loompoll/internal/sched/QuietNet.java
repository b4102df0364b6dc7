package dev.loompoll.internal.sched;

import java.util.concurrent.Semaphore;

/** A network in which nothing ever happens, for what the scheduler does without one. */
final class QuietNet implements NetPoll {
  private final Semaphore woken = new Semaphore(0);
  private volatile boolean over;

  @Override
  public Buffer newBuffer() {
    return new Buffer() {};
  }

  @Override
  public int poll(long timeoutNanos, Buffer buffer) {
    if (timeoutNanos < 0) {
      woken.acquireUninterruptibly();
    }
    if (over && timeoutNanos != 0) {
      throw new Stopped();
    }
    return 0;
  }

  @Override
  public void wake() {
    woken.release();
  }

  /** Ends the M that polls it. */
  void stop() {
    over = true;
    wake();
  }
}
