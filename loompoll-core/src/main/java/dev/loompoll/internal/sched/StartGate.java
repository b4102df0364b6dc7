package dev.loompoll.internal.sched;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Where new goroutines wait while Ms run short, so that the last ones are left to those which run
 * already: a goroutine that has parked before will most likely park again, but one more new one may
 * be one more that blocks its M for good. So connections go on being served when there are more
 * goroutines in native calls than there may be Ms.
 *
 * <p>Ms run short when there are no more to be had than a {@linkplain #reserve reserve}: each P may
 * just then be held by a goroutine that blocks, which is noticed some 10 ms later and costs one;
 * and some may have parked, at a lock say, between the gate and what blocks them.
 *
 * <p>Sysmon opens the gate, and nobody else does, for as many as there are Ms to be had beyond the
 * reserve and beyond those that were let in and have not run since ({@link #passing}): each of them
 * may cost one. Who has run is parked, or runnable after a yield, or at an end, or on a P, for
 * which the reserve is there, or noticed. So however seldom or often sysmon looks, no more than one
 * for each P are let in for an M that another has taken already. (The reserve is at least one for
 * each P only where there may be five Ms for each.) Who comes while others wait, waits behind them.
 *
 * <p>Nobody is forgotten: sysmon does not sleep while the queue is not empty. It looks at the queue
 * after it has said that it sleeps; a goroutine wakes it after it has entered the queue (both
 * volatile).
 */
final class StartGate {
  private final Scheduler scheduler;
  private final Machines machines;
  private final int reserve;

  private final Queue<Waiter> waiting = new ConcurrentLinkedQueue<>();

  /** Let in, and not run since. Raised by sysmon before it unparks one, lowered by that one. */
  private final AtomicInteger passing = new AtomicInteger();

  private static final class Waiter {
    final Thread goroutine = Thread.currentThread();

    /** Set by sysmon. */
    volatile boolean admitted;
  }

  StartGate(Scheduler scheduler, int procs, int maxMachines) {
    this.scheduler = scheduler;
    this.machines = scheduler.machines();
    this.reserve = Math.min(Math.max(procs, maxMachines / 8), (maxMachines - procs) / 4);
  }

  private int room() {
    return machines.available() - reserve - passing.get();
  }

  /** The first thing that a goroutine does. Returns when it may go on. */
  void enter() {
    if (reserve > 0 && (!waiting.isEmpty() || room() <= 0)) {
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
    passing.getAndDecrement();
    if (interrupted) {
      me.goroutine.interrupt();
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Lets some in if there is room, and says whether it did. Sysmon's. */
  boolean look() {
    boolean some = false;
    Waiter next;
    for (int n = room(); n > 0 && (next = waiting.poll()) != null; n--) {
      passing.getAndIncrement();
      next.admitted = true;
      LockSupport.unpark(next.goroutine);
      some = true;
    }
    return some;
  }
}
