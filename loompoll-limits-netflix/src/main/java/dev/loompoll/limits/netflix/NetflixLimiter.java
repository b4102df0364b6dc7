package dev.loompoll.limits.netflix;

import com.netflix.concurrency.limits.Limit;
import dev.loompoll.server.Limiter;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * An algorithm of Netflix's concurrency-limits decides how many requests are handled at once.
 *
 * <pre>{@code
 * Limits.builder().limiter(new NetflixLimiter(VegasLimit.newDefault())).build()
 * }</pre>
 *
 * <p>Any thread; none waits: these algorithms take a lock for each sample, so while one sample is
 * being taken others are left out.
 */
public final class NetflixLimiter implements Limiter {
  private final Limit limit;
  private final boolean failuresAreDrops;
  private final LongSupplier nanoClock;

  /** Tried, never waited for, by those that have a sample. */
  private final ReentrantLock sampling = new ReentrantLock();

  /** A limiter to which a handler that threw says nothing. */
  public NetflixLimiter(Limit limit) {
    this(limit, false);
  }

  /**
   * @param limit one for each server
   * @param failuresAreDrops whether a handler that throws is a sign of overload: what it calls
   *     refuses or times out. Most algorithms then lower the limit at once. Not for handlers that
   *     throw because of what a client sends, or clients could lower it
   */
  public NetflixLimiter(Limit limit, boolean failuresAreDrops) {
    this(limit, failuresAreDrops, System::nanoTime);
  }

  NetflixLimiter(Limit limit, boolean failuresAreDrops, LongSupplier nanoClock) {
    this.limit = Objects.requireNonNull(limit);
    this.failuresAreDrops = failuresAreDrops;
    this.nanoClock = nanoClock;
  }

  @Override
  public int limit() {
    return Math.max(1, limit.getLimit());
  }

  @Override
  public void handled(long nanos, int inFlight, boolean failed) {
    if ((failed && !failuresAreDrops) || !sampling.tryLock()) {
      return;
    }
    try {
      long time = Math.max(1, nanos); // 0 is an error there
      limit.onSample(nanoClock.getAsLong() - time, time, inFlight, failed);
    } finally {
      sampling.unlock();
    }
  }
}
