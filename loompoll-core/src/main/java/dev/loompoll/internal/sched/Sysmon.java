package dev.loompoll.internal.sched;

import java.util.concurrent.locks.LockSupport;

/**
 * The watcher: a thread without a P that sees to the Ps which do not see to themselves.
 *
 * <p>A P whose M has been in the same task for two looks is stuck. While another P idles, its
 * network and its queue are served at once; when all are busy, its network is polled every 10 ms,
 * as in Go. It looks every 50 µs while there is something to serve, and ever more seldom while there
 * is not; after a second in which every P was idle it sleeps until one is not.
 */
final class Sysmon extends Thread {
  private static final long SHORTEST = 50_000;
  private static final long LONGEST_SOME_IDLE = 1_000_000;
  private static final long LONGEST = 10_000_000;
  private static final long NOT_POLLED = 10_000_000;
  private static final int LOOKS_BEFORE_SLOWER = 20;
  private static final int LOOKS_BEFORE_SLEEP = 100;

  private final Scheduler scheduler;
  private final NetPoll.Buffer buffer;
  private final long[] word;
  private final long[] since;

  /** Set by sysmon before it sleeps for good, cleared by whoever wakes it, or by itself. */
  private volatile boolean asleep;

  /** Written by sysmon only. */
  private volatile long polls;

  Sysmon(Scheduler scheduler) {
    super(null, null, "loompoll-sysmon", 0, false);
    this.scheduler = scheduler;
    this.word = new long[scheduler.procs()];
    this.since = new long[scheduler.procs()];
    this.buffer = scheduler.processors()[0].loop.net().newBuffer();
    setDaemon(true);
  }

  long polls() {
    return polls;
  }

  /** A P has become busy. Any M; one volatile load but for the first after a long idleness. */
  void awake() {
    if (asleep) {
      asleep = false;
      LockSupport.unpark(this);
    }
  }

  @Override
  public void run() {
    long interval = SHORTEST;
    int looks = 0;
    for (; ; ) {
      LockSupport.parkNanos(this, interval);
      int idle = scheduler.idle.size();
      if (look(idle)) {
        interval = SHORTEST;
        looks = 0;
      } else if (++looks > LOOKS_BEFORE_SLOWER) {
        boolean someIdle = idle > 0 && idle < scheduler.procs();
        interval = Math.min(interval * 2, someIdle ? LONGEST_SOME_IDLE : LONGEST);
      }
      if (looks > LOOKS_BEFORE_SLEEP && idle == scheduler.procs()) {
        sleepUntilBusy();
        interval = SHORTEST;
        looks = 0;
      }
    }
  }

  /** Serves the stuck Ps; returns whether one was stuck while another P idled. */
  private boolean look(int idle) {
    long now = scheduler.clock().nanos();
    boolean served = false;
    for (Processor p : scheduler.processors()) {
      long w = p.ownerWord();
      if (!Processor.isRunning(w) || w != word[p.id]) {
        word[p.id] = w;
        since[p.id] = now;
      } else if (idle > 0 || now - since[p.id] >= NOT_POLLED) {
        // Not one of ours, this thread: what it wakes goes to the global queue and wakes an idle P.
        p.loop.pollNow(buffer);
        polls = polls + 1;
        if (idle > 0) {
          served = true;
          if (p.hasWork()) {
            scheduler.wakeOne();
          }
        } else {
          since[p.id] = now;
        }
      }
    }
    return served;
  }

  private void sleepUntilBusy() {
    asleep = true;
    while (asleep && scheduler.idle.size() == scheduler.procs()) {
      LockSupport.park(this);
    }
    asleep = false;
  }
}
