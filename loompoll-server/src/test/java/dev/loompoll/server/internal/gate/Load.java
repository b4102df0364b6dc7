package dev.loompoll.server.internal.gate;

import dev.loompoll.server.Limiter;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;

/**
 * Requests that come to a limiter and a machine, both simulated, event by event: the time is
 * virtual, and the same seed does the same. Times are in milliseconds.
 */
final class Load {
  /** How the machine divides itself. */
  enum Machine {
    /** All that are in flight share its processors evenly, as threads do. */
    SHARED,
    /** A processor runs one to its end, the next that was let in comes then, as goroutines do. */
    ONE_BY_ONE
  }

  private static final int QUEUE = 1_000;

  private record Job(double admitted, int inFlight, double work, double finish) {}

  private final Limiter limiter;
  private final Machine machine;
  private final double processors;
  private final Random random;

  /** How long a request takes alone. */
  double work;

  /** Of the work, a part up to this is random, up or down. */
  double spread;

  /** Requests a millisecond; 0: more are always waiting. */
  double rate;

  private double now;

  /** Of SHARED: the work that each one in flight since the beginning would have had done. */
  private double done;

  private final PriorityQueue<Job> running =
      new PriorityQueue<>((a, b) -> Double.compare(a.finish, b.finish));
  private final Queue<Job> admitted = new ArrayDeque<>(); // of ONE_BY_ONE
  private int waiting;
  private double nextArrival;
  long handled;

  private double sumOfLimits;
  private int highest;
  private int lowest;

  Load(Limiter limiter, Machine machine, double processors, double work, long seed) {
    this.limiter = limiter;
    this.machine = machine;
    this.processors = processors;
    this.work = work;
    this.random = new Random(seed);
  }

  /** Lets time pass; then {@link #average} and so on say what the limit was meanwhile. */
  Load run(double millis) {
    double end = now + millis;
    double start = now;
    handled = 0;
    sumOfLimits = 0;
    highest = 0;
    lowest = Integer.MAX_VALUE;
    while (now < end) {
      arrive();
      double next = Math.min(end, Math.min(nextFinish(), rate > 0 ? nextArrival : end));
      int limit = limiter.limit();
      sumOfLimits += limit * (next - now);
      highest = Math.max(highest, limit);
      lowest = Math.min(lowest, limit);
      done += (next - now) * pace();
      now = next;
      while (!running.isEmpty() && nextFinish() <= now) {
        finish(running.remove());
      }
    }
    span = now - start;
    return this;
  }

  private double span;

  private void arrive() {
    if (rate == 0) {
      waiting = QUEUE;
    } else if (nextArrival <= now) {
      waiting = Math.min(waiting + 1, QUEUE);
      nextArrival = now - Math.log(1 - random.nextDouble()) / rate;
    }
    while (waiting > 0 && inFlight() < limiter.limit()) {
      waiting--;
      double w = work * (1 + spread * (2 * random.nextDouble() - 1));
      Job job = new Job(now, inFlight() + 1, w, done + w);
      if (machine == Machine.SHARED) {
        running.add(job);
      } else {
        admitted.add(job);
        dispatch();
      }
    }
  }

  private void dispatch() {
    while (running.size() < processors && !admitted.isEmpty()) {
      Job job = admitted.remove();
      running.add(new Job(job.admitted, job.inFlight, job.work, done + job.work));
    }
  }

  private void finish(Job job) {
    handled++;
    limiter.handled(Math.round((now - job.admitted) * 1e6), job.inFlight, false);
    dispatch();
  }

  private int inFlight() {
    return running.size() + admitted.size();
  }

  private double pace() {
    return machine == Machine.ONE_BY_ONE
        ? 1
        : Math.min(1, processors / Math.max(1, running.size()));
  }

  private double nextFinish() {
    Job first = running.peek();
    return first == null
        ? Double.POSITIVE_INFINITY
        : first.finish <= done + 1e-9 ? now : now + (first.finish - done) / pace();
  }

  double average() {
    return sumOfLimits / span;
  }

  int highest() {
    return highest;
  }

  int lowest() {
    return lowest;
  }

  /** Requests handled a millisecond. */
  double throughput() {
    return handled / span;
  }
}
