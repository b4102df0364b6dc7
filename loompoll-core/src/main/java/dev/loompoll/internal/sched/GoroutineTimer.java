package dev.loompoll.internal.sched;

import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of one timed wait of a goroutine that the JDK arranges: {@code Thread.sleep}, {@code
 * parkNanos}, {@code Object.wait}. The JDK cancels it when the goroutine was woken before; nothing
 * else is ever asked of it.
 */
final class GoroutineTimer extends Timers.Entry implements ScheduledFuture<Void> {
  private final PollLoop loop;

  /** What to run then; null once it is cancelled, so that the goroutine is not kept until then. */
  private @Nullable Runnable expired;

  GoroutineTimer(PollLoop loop, Runnable expired) {
    this.loop = loop;
    this.expired = expired;
  }

  /** Makes the goroutine runnable; the JDK sees to it that this harms none that is so already. */
  @Override
  protected long fire(long now) {
    Runnable run = expired; // not cancelled: else this would not be called
    if (run != null) {
      run.run();
    }
    return Timers.NEVER;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = loop.timers().cancel(this);
    if (cancelled) {
      expired = null;
    }
    return cancelled;
  }

  @Override
  public boolean isCancelled() {
    throw notOffered();
  }

  @Override
  public boolean isDone() {
    throw notOffered();
  }

  @Override
  public Void get() {
    throw notOffered();
  }

  @Override
  public Void get(long timeout, TimeUnit unit) {
    throw notOffered();
  }

  @Override
  public long getDelay(TimeUnit unit) {
    throw notOffered();
  }

  @Override
  public int compareTo(Delayed other) {
    throw notOffered();
  }

  private static UnsupportedOperationException notOffered() {
    return new UnsupportedOperationException("a goroutine's timer can be cancelled only");
  }
}
