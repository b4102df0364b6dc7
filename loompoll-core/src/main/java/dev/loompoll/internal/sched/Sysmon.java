package dev.loompoll.internal.sched;

import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.ThreadCalls;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;

/**
 * The watcher: a thread without a P that sees to the Ps which do not see to themselves.
 *
 * <ul>
 *   <li>A P that has come no further since the last look, and does not idle, is stuck: its task is
 *       long, or its M has no CPU. If another P idles, or for 10 ms none has polled, sysmon polls
 *       its network; what that wakes goes to the global queue, and wakes an idle P.
 *   <li>A P that computes is given an idle one that waits for its network too ({@link Cover}).
 *   <li>A P that runs one short task after another, and has not polled for 10 ms, is asked to poll
 *       after the present one.
 *   <li>A P whose task does not end at all is given to another M ({@link HandOff}).
 *   <li>A P's queue, a runnext of a stuck P, or the global queue that had work at two looks in a
 *       row while a P idles: that P is woken to take it.
 *   <li>New goroutines that wait because Ms ran short are let in when there are some ({@link
 *       StartGate}).
 * </ul>
 *
 * <p>It looks every 50 µs while it finds something that an idle P can do, or lets somebody in, and
 * ever more seldom while it does not: up to every 1 ms when a P idles beside busy ones or is in a
 * long task, or somebody waits to be let in, every 5 ms when all idle, else every 10 ms, as Go's.
 * After some hundred looks it sleeps, if all idle and nobody waits, until one does not.
 */
final class Sysmon extends Thread {
  private static final long SHORTEST = 50_000;
  private static final long LONGEST_WHEN_NEEDED = 1_000_000;

  /** Each look takes a CPU that one of those who idle may be woken for just then. */
  private static final long LONGEST_WHEN_ALL_IDLE = 5_000_000;

  private static final long LONGEST = 10_000_000;

  /** Go's figure for the network; here for timers and the global queue too. */
  private static final long NOT_POLLED = 10_000_000;

  /** So late, there was a pause of the whole process, or no CPU for this thread. */
  private static final long OVERSLEPT = 10_000_000;

  /** The kernel's shortest, in nanoseconds. */
  private static final long SLICE = 100_000;

  private static final int LOOKS_BEFORE_SLOWER = 20;
  private static final int LOOKS_BEFORE_SLEEP = 150;

  private final Scheduler scheduler;
  private final NetPoll.Buffer buffer;
  private final HandOff handOff;
  private final Cover cover;
  private final ToIntFunction<Processor> poll = this::poll;

  // What the last look at each P saw.
  private final long[] word;
  private final long[] polls;
  private final long[] since;
  private final boolean[] hadWork;
  private boolean hadGlobal;

  /** Set by sysmon before it sleeps for good, cleared by whoever wakes it, or by itself. */
  private volatile boolean asleep;

  /** How often it has polled. Written by sysmon only. */
  private volatile long polledBySysmon;

  Sysmon(Scheduler scheduler, HandOff handOff) {
    super(null, null, "loompoll-sysmon", 0, false);
    int procs = scheduler.procs();
    this.scheduler = scheduler;
    this.handOff = handOff;
    this.cover = new Cover(scheduler);
    this.word = new long[procs];
    this.polls = new long[procs];
    this.since = new long[procs];
    this.hadWork = new boolean[procs];
    this.buffer = scheduler.newBuffer();
    setDaemon(true);
  }

  long polls() {
    return polledBySysmon;
  }

  long demotions() {
    return handOff.demotions();
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
    ErrnoCell errno = new ErrnoCell();
    // It runs for microseconds. With a short slice it need not wait until a hog's is over.
    ThreadCalls.setSlice(ThreadCalls.gettid(errno), SLICE, errno);
    for (; ; ) {
      try {
        watch();
      } catch (Throwable t) { // out of memory, most likely: nobody else does this work
        Scheduler.report("sysmon", t);
        LockSupport.parkNanos(this, NOT_POLLED);
      }
    }
  }

  /** An M has given its P away by itself. Any M. */
  void watch(HandOff.Adrift adrift) {
    handOff.adopt(adrift);
  }

  private void watch() {
    long interval = SHORTEST;
    int looks = 0;
    for (; ; ) {
      long before = scheduler.clock().nanos();
      LockSupport.parkNanos(this, interval);
      var unused = Thread.interrupted(); // by whoever enumerates threads: it would never park again
      if (scheduler.clock().nanos() - before - interval > OVERSLEPT) {
        handOff.overslept(scheduler.clock().nanos());
      }
      if (lookAtAll()) {
        interval = SHORTEST;
        looks = 0;
      } else if (++looks > LOOKS_BEFORE_SLOWER) {
        interval = Math.min(interval * 2, longest());
      }
      if (looks > LOOKS_BEFORE_SLEEP && allIdle() && scheduler.gate.isEmpty()) {
        sleepUntilBusy();
        interval = SHORTEST;
        looks = 0;
      }
    }
  }

  private long longest() {
    if (handOff.sawLongTask() || !scheduler.gate.isEmpty()) {
      return LONGEST_WHEN_NEEDED;
    }
    int idle = scheduler.idle.size();
    return idle == 0
        ? LONGEST
        : idle < scheduler.procs() ? LONGEST_WHEN_NEEDED : LONGEST_WHEN_ALL_IDLE;
  }

  private boolean allIdle() {
    return scheduler.idle.size() == scheduler.procs();
  }

  /** Returns whether to look again soon. */
  private boolean lookAtAll() {
    int idle = scheduler.idle.size();
    long now = scheduler.clock().nanos();
    cover.review(now);
    boolean found = false;
    if (!scheduler.gate.isEmpty()) {
      handOff.tellOnce();
      found = scheduler.gate.look();
    }
    if (idle == scheduler.procs()) {
      return found;
    }
    for (Processor p : scheduler.processors()) {
      found |= look(p, idle > 0, now);
    }
    handOff.watch(now);
    boolean global = idle > 0 && scheduler.hasGlobal();
    if (global && hadGlobal) {
      scheduler.wakeOneMore();
      found = true;
    }
    hadGlobal = global;
    return found;
  }

  private boolean look(Processor p, boolean someIdle, long now) {
    long w = p.ownerWord();
    long n = p.polls;
    boolean idles = scheduler.idle.contains(p.id);
    boolean polled = n != polls[p.id];
    boolean stuck = !idles && w == word[p.id] && (Processor.isRunning(w) || !polled);
    word[p.id] = w;
    if (idles || polled) {
      polls[p.id] = n;
      since[p.id] = now;
    }
    if (handOff.look(p, w, someIdle, now, poll)) {
      return false; // the next task has its slice now: no need to look again soon
    }
    boolean found = false;
    if (someIdle) {
      cover.seek(p, now);
    }
    if (now - since[p.id] >= NOT_POLLED && !stuck) {
      p.attention = true;
      since[p.id] = now;
    } else if (stuck && (someIdle || now - since[p.id] >= NOT_POLLED)) {
      // Not one of ours, this thread: what it wakes goes to the global queue and wakes an idle P.
      int events = poll(p);
      if (someIdle) { // else nobody runs it soon, and to look again soon would help nobody
        p.visited();
        found = events > 0;
      }
      since[p.id] = now;
    }
    boolean hasWork =
        someIdle && (!p.queue.isEmpty() || stuck && Processor.isRunning(w) && p.hasNext());
    if (hasWork && hadWork[p.id]) {
      scheduler.wakeOneMore();
      found = true;
    }
    hadWork[p.id] = hasWork;
    return found;
  }

  private int poll(Processor p) {
    polledBySysmon = polledBySysmon + 1;
    return p.loop.pollNow(buffer);
  }

  private void sleepUntilBusy() {
    asleep = true;
    while (asleep && allIdle() && scheduler.gate.isEmpty()) {
      LockSupport.park(this);
      var unused = Thread.interrupted();
    }
    asleep = false;
  }
}
