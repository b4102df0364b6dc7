package dev.loompoll.internal.poll.sim;

import dev.loompoll.internal.sched.Machine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Several Ms that behave as one: of the threads that take part, exactly one runs at a time, and
 * hands its turn on where the scheduler, or the goroutine on it, comes through one of the seams: a
 * pick, a look at the clock, a poll, a wake-up, a system call. Whether it does there, and to whom,
 * is drawn by the seed, so an interleaving repeats exactly.
 *
 * <p>How often turns change is drawn too, once a seed: some bugs want a thread that stands still
 * for long at the wrong place, others many changes.
 *
 * <p>The Ms, and the thread that began: a thread that is none of the scheduler's.
 */
final class Turns {
  /** Longer than any simulation lasts. */
  private static final int HANGS_SECONDS = 60;

  private static final class Runner {
    /** Null for the thread that is none of the scheduler's. */
    final Machine machine;

    /** When it sleeps: what ends that. */
    BooleanSupplier awake;

    long until;
    private final NativeSemaphore underGoroutine;
    private final Semaphore withTimeout;

    Runner(Machine machine) {
      this.machine = machine;
      this.underGoroutine = machine != null ? new NativeSemaphore() : null;
      this.withTimeout = machine == null ? new Semaphore(0) : null;
    }

    void grant() {
      if (machine != null) {
        underGoroutine.release();
      } else {
        withTimeout.release();
      }
    }

    void await() {
      if (machine != null) {
        underGoroutine.acquire();
      } else {
        acquire(withTimeout, 1);
      }
    }

    boolean isReady(long now) {
      return awake == null || now >= until || awake.getAsBoolean();
    }
  }

  private final SplittableRandom random;
  private final SimKernel kernel;
  private final int oneIn;
  private final Queue<Runner> arrivals = new ConcurrentLinkedQueue<>();
  private final Semaphore arrived = new Semaphore(0);
  private final List<Runner> runners = new ArrayList<>();
  private final List<Runner> ready = new ArrayList<>();

  /** Whose turn it is. Volatile: what one thread did must be seen by the next. */
  private volatile Runner current;

  private long changes;
  private long fingerprint;
  private boolean over;

  Turns(SplittableRandom random, SimKernel kernel) {
    this.random = random;
    this.kernel = kernel;
    this.oneIn = 2 << random.nextInt(5);
  }

  /** How often the turn went to another thread. */
  long changes() {
    return changes;
  }

  /** The same for the same interleaving. */
  long fingerprint() {
    return fingerprint;
  }

  /** Everybody's next poll ends it. */
  void stop() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /** The calling thread takes part from now on, with so many Ms, and has the first turn. */
  void begin(int machines) {
    acquire(arrived, machines);
    runners.addAll(arrivals);
    runners.sort(Comparator.comparing(r -> r.machine.getName()));
    Runner me = new Runner(null);
    runners.add(me);
    current = me;
  }

  private static void acquire(Semaphore semaphore, int permits) {
    try {
      if (!semaphore.tryAcquire(permits, HANGS_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the simulation hangs: a thread keeps its turn");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Null before it began. An M that comes here for the first time waits for its turn. */
  private Runner me() {
    Runner c = current;
    Machine m = Machine.current();
    if (c != null && c.machine == m) {
      return c;
    }
    if (m == null) {
      return null;
    }
    Runner me = new Runner(m);
    arrivals.add(me);
    arrived.release();
    me.await();
    return current;
  }

  /** A place where another thread may get on while this one does not. */
  void point() {
    Runner me = me();
    if (me != null && !over && random.nextInt(oneIn) == 0) {
      collectReady();
      pass(me, ready.get(random.nextInt(ready.size())));
    }
  }

  /** Sleeps until a time has come, or {@code awake}. */
  void sleep(long until, BooleanSupplier awake) {
    Runner me = me();
    me.until = until;
    me.awake = awake;
    pass(me, next());
    me.awake = null;
  }

  /** The calling thread takes part no longer. */
  void leave() {
    runners.remove(me());
    if (!runners.isEmpty()) {
      Runner next = next();
      current = next;
      next.grant();
    }
  }

  /** Whether the calling thread is the only one left. */
  boolean alone() {
    return runners.size() == 1;
  }

  private void pass(Runner me, Runner next) {
    fingerprint = fingerprint * 31 + runners.indexOf(next) + kernel.now();
    if (next != me) {
      changes++;
      current = next;
      next.grant();
      me.await();
    }
  }

  /** One that can go on; while there is none, time passes. */
  private Runner next() {
    for (; ; ) {
      if (over) {
        return runners.getFirst(); // the Ms first
      }
      collectReady();
      if (!ready.isEmpty()) {
        return ready.get(random.nextInt(ready.size()));
      }
      long until = Long.MAX_VALUE;
      for (Runner r : runners) {
        until = Math.min(until, r.until);
      }
      kernel.allAsleep(until);
    }
  }

  private void collectReady() {
    ready.clear();
    for (Runner r : runners) {
      if (r.isReady(kernel.now())) {
        ready.add(r);
      }
    }
  }
}
