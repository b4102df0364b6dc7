package dev.loompoll.server.internal.gate;

import dev.loompoll.server.Limiter;
import java.util.concurrent.locks.ReentrantLock;

/** See {@link Limiter#gradient}. */
public final class GradientLimiter implements Limiter {
  /*
   * The idea is that of Netflix's Gradient2: compare how long requests take now with how long they
   * take at best, and let the limit follow the quotient, the gradient. As long as now is not much
   * longer than at best, the limit grows, by its square root, room for bursts; else it shrinks towards
   * the part of it that the gradient says.
   *
   * The difficulty is "at best". A long-term average of all times is no measure for it: where
   * requests share processors, times rise with the limit, the average follows, and the limit follows
   * the average without end. A minimum is none either: it never forgets a time that was better. So
   * "at best" is a time with the number of requests in flight at which it was measured, and it is
   * measured again
   *
   *   when no more are in flight than then: load is low, and the average follows at once;
   *   while the limit keeps requests out: by a probe, now and then, and when the limit has shrunk to half
   *   of what it was, for then either it was far too high or the best has become worse.
   *
   * A probe halves the limit for a moment. If that makes requests faster, they were in each other's
   * way; it halves again, and so on. If it does not, this is how long they take. It costs little: while
   * halving helps, nothing was lost, for less than that was in use at once, and when it does not help any
   * more the limit is restored. Probes are rare as long as they find what is known already.
   *
   * Times are averaged over a window of samples, about as many as may be in flight at once, so that
   * the limit is changed once for each change's effect. There is no clock in this, so without
   * requests nothing changes.
   */

  /** Requests may take so much longer than at best before the limit shrinks. */
  private static final double TOLERANCE = 1.5;

  /** Of the way to where the gradient points, a window goes this part. */
  private static final double STEP = 0.5;

  /** The least part of the limit where the gradient may point. */
  private static final double LOWEST_GRADIENT = 0.5;

  /** Halving the limit helps if requests take no more than this part of before. */
  private static final double HELPS = 0.8;

  /** Two times are the same if none is longer than the other by more than this. */
  private static final double SAME = 1.25;

  /** Samples in a window. */
  private static final int SMALLEST_WINDOW = 32;

  private static final int LARGEST_WINDOW = 512;
  private static final int SMALLEST_PROBE = 16;
  private static final int LARGEST_PROBE = 64;

  /** Windows between two probes. */
  private static final int SHORTEST_PAUSE = 16;

  private static final int LONGEST_PAUSE = 512;

  /** The limit is what keeps requests out if this part of it is in flight. */
  private static final double BOUND = 0.75;

  /** A sample counts for at most so many times the window before: one stall is not a trend. */
  private static final double OUTLIER = 4;

  private static final int START_PER_PROCESSOR = 4;

  private final int min;
  private final int max;

  /** Written with the lock; what others see of the rest. */
  private volatile int published;

  /** Of those that have a sample, one after the other counts; nobody waits for it. */
  private final ReentrantLock lock = new ReentrantLock();

  // All below is guarded by the lock.

  /** Not rounded, and without regard to a probe. */
  private double limit;

  /** How long a request takes at best, in nanoseconds; 0 is not known. */
  private double best;

  /** How many were in flight when that was measured. */
  private int bestAt;

  private long samples;
  private double sumOfNanos;

  /**
   * Not the average: of those that were let in at once, one behind the other, the first saw none.
   */
  private int mostInFlight;

  /** The average of the last window, of a probe or not; 0 is none. */
  private double last;

  /** Of the probe that is under way; 0 is none. */
  private int probing;

  /** Samples that do not count: of those that were let in together the quick ones come first. */
  private int toSkip;

  /** Windows until the next probe. The first comes as soon as the limit keeps requests out. */
  private int untilProbe;

  private int pause = SHORTEST_PAUSE;

  /** What the limit was at most since the last probe. */
  private double highest;

  public GradientLimiter(int min, int max) {
    this(min, max, START_PER_PROCESSOR * Runtime.getRuntime().availableProcessors());
  }

  GradientLimiter(int min, int max, int start) {
    if (min < 1 || max < min) {
      throw new IllegalArgumentException("min " + min + " and max " + max + " are no range from 1");
    }
    this.min = min;
    this.max = max;
    this.limit = Math.clamp(start, min, max);
    this.published = (int) limit;
    this.toSkip = published;
  }

  @Override
  public int limit() {
    return published;
  }

  @Override
  public void handled(long nanos, int inFlight, boolean failed) {
    if (lock.tryLock()) {
      try {
        sample(nanos, inFlight, failed);
      } finally {
        lock.unlock();
      }
    }
  }

  private void sample(long nanos, int inFlight, boolean failed) {
    if (failed && nanos < best) {
      return; // an error is often quick, and says nothing about those that are not
    }
    if (probing > 0 && inFlight > probing) {
      return; // it was let in before the probe
    }
    if (toSkip > 0) {
      toSkip--;
      return;
    }
    samples++;
    sumOfNanos += last == 0 ? nanos : Math.min(nanos, OUTLIER * last);
    mostInFlight = Math.max(mostInFlight, inFlight);
    if (samples >= (probing > 0 ? probeLength() : windowLength())) {
      double time = sumOfNanos / samples;
      int inUse = mostInFlight;
      samples = 0;
      sumOfNanos = 0;
      mostInFlight = 0;
      if (probing > 0) {
        probed(time, inUse);
      } else {
        window(time, inUse);
      }
      last = time;
    }
  }

  private long windowLength() {
    return Math.clamp((long) limit, SMALLEST_WINDOW, LARGEST_WINDOW);
  }

  private int probeLength() {
    return Math.clamp(probing, SMALLEST_PROBE, LARGEST_PROBE);
  }

  private void window(double time, int inUse) {
    if (best == 0) {
      best = time;
      bestAt = inUse;
    } else if (time < best || inUse <= SAME * bestAt) {
      best = time;
      bestAt = Math.min(bestAt, inUse);
    }
    if (inUse < limit / 2) {
      return; // no evidence about the limit
    }
    double gradient = TOLERANCE * best / time;
    limit +=
        gradient < 1 ? STEP * limit * (Math.max(gradient, LOWEST_GRADIENT) - 1) : Math.sqrt(limit);
    limit = Math.clamp(limit, min, max);
    publish((int) limit);
    highest = Math.max(highest, limit);
    untilProbe--;
    boolean due = untilProbe <= 0 || limit < highest / 2;
    if (due && inUse >= BOUND * limit && published > min) {
      probe(published);
    }
  }

  /** Begins a probe, or goes on with it, at half of {@code n}. */
  private void probe(int n) {
    probing = Math.max(min, n / 2);
    toSkip = probing;
    publish(probing);
  }

  /** Every step but the first is compared with the one before, at twice as many. */
  private void probed(double time, int inUse) {
    if (time <= HELPS * last && probing > min) {
      probe(probing);
      return;
    }
    boolean known = time <= SAME * best && best <= SAME * time;
    pause = known ? Math.min(2 * pause, LONGEST_PAUSE) : SHORTEST_PAUSE;
    untilProbe = pause;
    best = time;
    bestAt = inUse;
    highest = limit;
    probing = 0;
    publish((int) limit);
  }

  private void publish(int n) {
    if (n != published) {
      published = n;
    }
  }
}
