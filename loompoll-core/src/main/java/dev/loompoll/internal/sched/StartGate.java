package dev.loompoll.internal.sched;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Where new goroutines wait while Ms run short, so that the last ones are left to those which run
 * already: a goroutine that has parked before will most likely park again, but one more new one may
 * be one more that blocks its M for good. So connections go on being served when there are more
 * goroutines in native calls than there may be Ms.
 *
 * <p>Ms run short when there are no more to be had than a {@linkplain #reserve reserve}: each P may
 * just then be held by a goroutine that blocks, which is noticed some 10 ms later and costs one;
 * and some may have parked, at a lock say, between the gate and what blocks them. For the same
 * reason sysmon opens the gate, from time to time, for as many as there are Ms to be had beyond the
 * reserve, and nobody else does; or for all, when no M is held any more.
 *
 * <p>Nobody is forgotten: sysmon does not sleep while the queue is not empty. It looks at the queue
 * after it has said that it sleeps; a goroutine wakes it after it has entered the queue (both
 * volatile).
 */
final class StartGate {
  /** When a goroutine that blocks has surely been noticed, in nanoseconds. */
  private static final long BETWEEN = 20_000_000;

  private final Scheduler scheduler;
  private final Machines machines;
  private final int reserve;

  /** So many can be had when no goroutine holds one apart from the Ps'. */
  private final int most;

  private final Queue<Waiter> waiting = new ConcurrentLinkedQueue<>();

  /** When to open it next. Sysmon's. */
  private long openAt;

  private static final class Waiter {
    final Thread goroutine = Thread.currentThread();

    /** Set by sysmon. */
    volatile boolean admitted;
  }

  StartGate(Scheduler scheduler, int procs, int maxMachines) {
    this.scheduler = scheduler;
    this.machines = scheduler.machines();
    this.most = maxMachines - procs;
    this.reserve = Math.min(Math.max(procs, maxMachines / 8), (maxMachines - procs) / 4);
  }

  private int room() {
    return machines.available() - reserve;
  }

  /** The first thing that a goroutine does. Returns when it may go on. */
  void enter() {
    if (reserve > 0 && room() <= 0) {
      await();
    }
  }

  private void await() {
    machines.refused();
    Waiter me = new Waiter();
    waiting.add(me);
    scheduler.busy(); // or sysmon may have gone to sleep in between
    boolean interrupted = false;
    while (!me.admitted) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted(); // it is the task's, and would keep us from parking
    }
    if (interrupted) {
      me.goroutine.interrupt();
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Lets some in if there is room. Sysmon's. */
  void look(long now) {
    if (now < openAt || waiting.isEmpty()) {
      return;
    }
    openAt = now + BETWEEN;
    Waiter next;
    int room = machines.available() >= most ? Integer.MAX_VALUE : room(); // all: none blocks now
    for (int n = room; n > 0 && (next = waiting.poll()) != null; n--) {
      next.admitted = true;
      LockSupport.unpark(next.goroutine);
    }
  }
}
