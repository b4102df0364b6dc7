package dev.loompoll.internal.poll;

import dev.loompoll.internal.sched.Clock;
import dev.loompoll.internal.sched.NetPoll;
import dev.loompoll.internal.sched.PollLoop;

/** A descriptor's poll loop without a network, and a clock to turn. */
final class Descriptors implements NetPoll, Clock {
  static final long START = 10;

  private volatile long now = START;
  final PollLoop loop = new PollLoop(this, this);
  final PollDesc pd = new PollDesc(0, loop);

  Descriptors() {
    pd.open();
  }

  /** Turns the clock, and polls. */
  void pollAt(long time) {
    now = time;
    loop.pollNow(null);
  }

  /** {@link PollDesc#await}, but never asleep: INTERRUPTED when nothing was there. */
  static int awaitNothing(PollDesc pd, boolean write) {
    Thread.currentThread().interrupt();
    int code = pd.await(write);
    Thread.interrupted();
    return code;
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public Buffer newBuffer() {
    return null;
  }

  @Override
  public int poll(long timeoutNanos, Buffer buffer) {
    return 0;
  }

  @Override
  public void wake() {}
}
