package dev.loompoll.internal.sched;

import dev.loompoll.internal.jfr.Jfr;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.ThreadCalls;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * M: a platform thread that runs goroutines while it holds a P. Its loop is Go's: the P's queue,
 * the global queue, the P's network, other Ps' queues and networks, once more after it gave its CPU
 * away, and then a wait in the P's own poll loop until an event, the next timer or a wake-up.
 *
 * <p>Its P may be handed to another M while a task runs here. Then it is <em>adrift</em>: it brings
 * the task to its end, or to where that parks, and waits among the spare Ms, or ends. The time from
 * one P to that end is a tour; its number and its state are one word, {@code tour}:
 *
 * <pre>
 *   bits 0..1    0 spare, 1 on tour, 3 on tour and demoted
 *   bits 2..63   the number of the tour
 *
 *   spare               -> on tour, the next    itself, when it was given a P
 *   on tour             -> spare                itself by CAS, at the task's end without a P
 *   on tour, adrift     -> demoted              sysmon by CAS, before it lowers the priority
 *   demoted             -> spare, and ended     itself, at the task's end
 *   spare               -> (ended)              itself, when nobody took it in some seconds, or there
 *                                               are spares enough
 * </pre>
 *
 * <p>So an M that is demoted has lost its P in this very tour, and never gets another.
 *
 * <p>It also owns what system calls need as scratch memory: a goroutine that calls the kernel takes
 * it from the M under it, and keeps nothing of it over a park.
 *
 * <p>All fields but the volatile ones are the M's own, and the goroutine's that it carries: they
 * are one thread. The budget alone may be cut by sysmon, without order.
 */
public final class Machine extends Thread {
  /**
   * What a task may spend on the network before it yields, in units of one call plus one per 16
   * KiB: about 100 µs: a call takes some microseconds, most of them in the kernel.
   */
  private static final int BUDGET = 32;

  /** How often runnext may go before the queue in a row, so that two goroutines starve no third. */
  private static final int MAX_NEXT_IN_A_ROW = 16;

  /** Every so many tasks the global queue goes first. Go's figure. */
  private static final int FAIRNESS_TICKS = 61;

  /** After so many tasks in a row that have spent their share, too. */
  private static final int LONG_TASKS = 2;

  /** The CPU was given away for a good part of a time slice, in nanoseconds. */
  private static final long LONG_AWAY = 500_000;

  // How long not to give way after it has done harm, in nanoseconds.
  private static final long SHORTEST_PAUSE = 100_000_000;
  private static final long LONGEST_PAUSE = 1_600_000_000;

  /** Some microseconds. */
  private static final int SPINS_BEFORE_NEXT = 100;

  /** How long to wait for a P before it ends, in nanoseconds. */
  private static final long SPARE_FOR = 3_000_000_000L;

  /** In a simulation: how often before a task. */
  private static final int POLLS_ONE_IN = 4;

  private static final long ON_TOUR = 1;
  private static final long DEMOTED = 2;

  /** From spare to on tour, in the next one. */
  private static final long NEXT_TOUR = 4 + ON_TOUR;

  private static final VarHandle TOUR;

  static {
    try {
      TOUR = MethodHandles.lookup().findVarHandle(Machine.class, "tour", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Scheduler scheduler;
  final int number;

  /** What goroutines of that scheduler know it as. */
  private final Executor forJdk;

  /** Scratch for a system call's errno. */
  private final ErrnoCell errno = new ErrnoCell();

  /** The kernel's number of this thread; 0 before it runs. Set once, by itself. */
  volatile int tid;

  private final NetPoll.Buffer buffer;

  /** The P that it holds, or held last. */
  private Processor p;

  /** The P that it is to work with. Set by who has won one for it, cleared by itself. */
  private volatile @Nullable Processor given;

  /** See the table above. */
  @SuppressWarnings("unused") // through TOUR
  private volatile long tour;

  /** True while this M polls: what becomes runnable then comes to {@link #ready}. */
  boolean polling;

  /** How many that were since the last poll began. */
  private int readied;

  /** Between entering the idle set and leaving it. */
  private boolean idling;

  /** Looking for work: true only in {@link #findRunnable}. */
  private boolean isSpinning;

  /** The tick from which on {@link #beFair} is due. */
  private long fairnessDue;

  /** When to give way again, and the pause before that if it does harm once more. */
  private long giveWayAgain;

  private long giveWayPause = SHORTEST_PAUSE;

  /** The queue's tail after the last poll of this P's network. */
  private long roundEnd;

  private int neighbour;
  private int budget = BUDGET;
  private int random;
  private final Runnable[] stolen = new Runnable[RunQueue.CAPACITY];

  /** For each P, its word when this M looked last. */
  private final long[] seen;

  /** Without a P: {@link #give} one. */
  Machine(Scheduler scheduler, int number, NetPoll.Buffer buffer) {
    super(null, null, "loompoll-m" + number, 0, false);
    this.scheduler = scheduler;
    this.number = number;
    this.forJdk = scheduler.forJdk();
    this.p = scheduler.processors()[0]; // not held: until it is given one
    this.buffer = buffer;
    this.random = number * 0x9e3779b9 + 1;
    this.seen = new long[scheduler.procs()];
    setDaemon(true);
  }

  /** Lets it work with a P whose owner word has its number already. */
  void give(Processor won) {
    given = won;
    LockSupport.unpark(this);
  }

  /** The tour it is on; for {@link #isOver} and {@link #demote}. */
  long tour() {
    return (long) TOUR.getVolatile(this);
  }

  /** Whether that tour has come to its end. */
  boolean isOver(long given) {
    return (tour() & ~DEMOTED) != (given & ~DEMOTED);
  }

  /** Before its thread's priority is lowered; false if the tour is over, or it was demoted. */
  boolean demote(long given) {
    return TOUR.compareAndSet(this, given & ~DEMOTED, given | DEMOTED);
  }

  /**
   * Makes the task that runs yield at its next operation. Sysmon's; without order, so it may be
   * lost, and is said again.
   */
  void endShare() {
    budget = 0;
  }

  /** The M under the current thread; null on a thread that is not ours. */
  public static @Nullable Machine current() {
    return Hook.currentCarrier() instanceof Machine m ? m : null;
  }

  public ErrnoCell errno() {
    return errno;
  }

  /** The P of the task that runs on this M; null if it was taken away. */
  @Nullable Processor processor() {
    return p.heldBy(number) ? p : null;
  }

  /** The price of a call to the kernel that moves so many bytes: one, and one for each 16 KiB. */
  public static int price(int bytes) {
    return 1 + (bytes >>> 14);
  }

  /**
   * Charges the running task for a call to the kernel.
   *
   * @return whether it has spent its share and must yield
   */
  public boolean spend(int bytes) {
    return (budget -= price(bytes)) < 0 && spent();
  }

  /** A long task: counts for many of those that {@link #beFair} waits for. */
  private boolean spent() {
    fairnessDue -= FAIRNESS_TICKS / LONG_TASKS;
    return true;
  }

  /** Something became runnable while this M polls. */
  void ready(Runnable task) {
    readied++;
    scheduler.push(p, task);
  }

  /** This M has polled an event for which that thread waits. */
  public void wake(Thread waiter) {
    Runnable task;
    try {
      task = ParkedState.take(waiter, forJdk);
    } catch (OutOfMemoryError e) {
      task = null;
    }
    if (task == null) {
      LockSupport.unpark(waiter); // of another kind, or on its way into the park
      return;
    }
    readied++;
    if (!p.queue.push(task)) {
      scheduler.pushSurely(p, task);
    }
  }

  @Override
  public void run() {
    try {
      tid = ThreadCalls.gettid(errno);
      ThreadCalls.setSlice(tid, 0, errno); // or it had sysmon's, if that made it
      buffer.machine = this; // alone with this number now
      while (awaitProcessor() && work() && endTour() && scheduler.machines().comeBack(this)) {
        // and again
      }
    } finally {
      scheduler.machines().ended(this);
    }
  }

  /** False when nobody needed it in a long time. */
  private boolean awaitProcessor() {
    Processor won;
    long until = scheduler.clock().nanos() + SPARE_FOR;
    while ((won = given) == null) {
      LockSupport.parkNanos(this, SPARE_FOR);
      var unused = Thread.interrupted(); // by whoever enumerates threads: it would never park again
      if (scheduler.clock().nanos() >= until && scheduler.machines().leave(this)) {
        return false;
      }
    }
    given = null;
    p = won;
    TOUR.setVolatile(this, tour() + NEXT_TOUR);
    fairnessDue = p.ticks;
    roundEnd = 0;
    return true;
  }

  /** False if it was demoted: then its thread is of no more use. */
  private boolean endTour() {
    long t = tour();
    if ((t & DEMOTED) == 0 && TOUR.compareAndSet(this, t, t & ~ON_TOUR)) {
      return true;
    }
    TOUR.setVolatile(this, t & ~(ON_TOUR | DEMOTED)); // sysmon must not look after it any more
    return false;
  }

  /** Until its P is handed to another; false when a simulation is over. */
  private boolean work() {
    Throwable error = null;
    for (; ; ) {
      try {
        if (error != null) { // here, so that another one has the same end
          recover();
          Scheduler.report(getName(), error);
          error = null;
        }
        runGoroutines();
        return true;
      } catch (NetPoll.Stopped e) {
        return false;
      } catch (Throwable t) {
        error = t;
      }
    }
  }

  /** After an error in the scheduler's own code. What was found must not be lost. */
  private void recover() {
    if (idling) {
      leaveIdle();
    }
    if (p.heldBy(number)) {
      polled(0, true);
    }
    foundWork();
  }

  private void runGoroutines() {
    Processor p = this.p;
    PickOrder order = scheduler.order();
    long held = p.ownerWord();
    if (Processor.isRunning(held)) { // after an error: as if the task had ended
      if (!p.heldBy(number) || !p.endTask(held)) {
        return;
      }
      held = Processor.held(held);
    } else if (!p.heldBy(number)) {
      return;
    }
    for (; ; ) {
      Runnable task = order == null ? next(p) : pickNext(p, order);
      if (task == null) {
        task = findRunnable(p);
      }
      budget = BUDGET;
      p.ticks++;
      long running = p.beginTask(held);
      try {
        task.run();
      } catch (Throwable t) {
        // The JDK's code around a continuation failed, out of memory most likely. The goroutine is
        // lost, the others must not be; no logger here, it might park the carrier.
        System.err.println("loompoll: a goroutine could not be continued: " + t);
      }
      if (!p.endTask(running)) {
        return;
      }
      held = Processor.held(running);
    }
  }

  /** When {@link #next} has nothing: from the network, from other Ps, and else after a wait. */
  private Runnable findRunnable(Processor p) {
    for (; ; ) {
      Runnable task = poll(p.loop) > 0 ? next(p) : null;
      if (task == null) {
        task = steal();
      }
      if (task == null && scheduler.othersAreBusy()) {
        task = giveWay();
      }
      if (task == null) {
        idle();
        task = next(p);
      }
      if (task != null) {
        foundWork();
        return task;
      }
    }
  }

  /** No longer looking for it, so what came meanwhile must be announced. */
  private void foundWork() {
    if (isSpinning) {
      isSpinning = false;
      scheduler.foundWork(p);
    }
  }

  /** From this P's queue or the global one. */
  private @Nullable Runnable next(Processor p) {
    if (p.attention) {
      p.attention = false;
      p.nextInARow = MAX_NEXT_IN_A_ROW; // their time is over, too
      poll(p.loop);
      Runnable task = scheduler.pollGlobalShare(p);
      if (task != null) {
        return task;
      }
    }
    if (p.ticks >= fairnessDue) {
      fairnessDue = p.ticks + FAIRNESS_TICKS;
      Runnable task = beFair();
      if (task != null) {
        return task;
      }
    }
    if (p.hasNext()) {
      Runnable task = p.exchangeNext(null);
      if (task != null) {
        if (++p.nextInARow <= MAX_NEXT_IN_A_ROW) {
          return task;
        }
        scheduler.push(p, task);
      }
    }
    p.nextInARow = 0;
    Runnable task = p.queue.pop();
    return task != null ? task : scheduler.pollGlobalShare(p);
  }

  /**
   * What would wait for ever behind a queue that is never empty: the global queue, the network, a
   * neighbour. The network joins the queue again only when all that was in it at the last poll has
   * had its turn: else the connections that answer fastest would fill the queue, and push the
   * others out of it.
   */
  private @Nullable Runnable beFair() {
    Runnable task;
    if (p.queue.passed(roundEnd)) {
      poll(p.loop);
      task = scheduler.pollGlobalShare(p);
    } else {
      task = scheduler.pollGlobal();
    }
    return task != null ? task : helpNeighbour();
  }

  /** Polls the network of another P. */
  private int visit(Processor other) {
    other.visited();
    return poll(other.loop);
  }

  /** Polls a loop, this P's or another's; what it found goes to this P's queue. */
  private int poll(PollLoop loop) {
    polling = true;
    return polled(loop.pollNow(buffer), loop == p.loop);
  }

  private int polled(int n, boolean own) {
    polling = false;
    p.events += n;
    scheduler.polled(readied);
    readied = 0;
    if (own) {
      p.polls = p.polls + 1; // sysmon counts on it
      roundEnd = p.queue.tail();
    } else {
      p.visitsMade++;
    }
    return n;
  }

  /**
   * Out of work while other Ps are not: lets another thread have the CPU, once, before it blocks.
   * Where a thread waits for the CPU, most likely the one that sends us the work, it gets on and
   * more than one event has gathered when we are back. If we blocked, its next event would wake us
   * in its place, one by one.
   *
   * <p>A P that goes dry too, a busy one now and then, or sysmon sees to our network meanwhile.
   * When nobody did in a long while, it is left alone for some time: the others are in tasks that
   * do not end. Nor is it done beside a P that computes: that would have the CPU, for milliseconds.
   */
  private @Nullable Runnable giveWay() {
    long before = scheduler.clock().nanos();
    if (before < giveWayAgain || scheduler.someComputes(before)) {
      return null;
    }
    foundWork(); // or nobody else would look for it while we are away
    int visits = p.visits;
    Thread.yield(); // this is a platform thread: sched_yield(2)
    long after = scheduler.clock().nanos();
    if (after - before > LONG_AWAY) {
      if (p.visits != visits) {
        giveWayPause = SHORTEST_PAUSE;
      } else {
        giveWayAgain = after + giveWayPause;
        giveWayPause = Math.min(2 * giveWayPause, LONGEST_PAUSE);
      }
    }
    Runnable task = poll(p.loop) > 0 ? next(p) : null;
    return task != null ? task : steal();
  }

  private @Nullable Runnable steal() {
    Processor[] all = scheduler.processors();
    if (all.length == 1 || (!isSpinning && !scheduler.trySpin())) {
      return null;
    }
    isSpinning = true;
    PickOrder order = scheduler.order();
    int start = order == null ? nextRandom() : order.pick(all.length);
    for (int i = 0; i < all.length; i++) {
      Processor victim = all[Integer.remainderUnsigned(start + i, all.length)];
      if (victim != p) {
        Runnable task = stealFrom(victim);
        if (task != null) {
          p.steals++;
          return task;
        }
      }
    }
    // Its M may have been woken by an event, and wait for a CPU: that cannot be seen from here.
    return visit(nextNeighbour(all)) > 0 ? p.queue.pop() : null;
  }

  /** The others in turn: 1 .. length - 1 places on from here. */
  private Processor nextNeighbour(Processor[] all) {
    neighbour = neighbour % (all.length - 1) + 1;
    return all[(p.id + neighbour) % all.length];
  }

  /**
   * A P that always finds something of its own never comes to steal; so it looks here, in turn, at
   * one that is stuck, or idles: its M may have been woken, and have no CPU.
   */
  private @Nullable Runnable helpNeighbour() {
    Processor[] all = scheduler.processors();
    if (all.length == 1) {
      return null;
    }
    Processor other = nextNeighbour(all);
    if (!isStuck(other) && !scheduler.idle.contains(other.id)) {
      return null;
    }
    visit(other);
    Runnable task = stealHalf(other);
    return task != null || !other.hasNext() ? task : stealNext(other);
  }

  /** Whether it has come no further than when this M looked last, and does not idle. */
  private boolean isStuck(Processor other) {
    long now = other.ownerWord();
    boolean same = now == seen[other.id];
    seen[other.id] = now;
    return same && !scheduler.idle.contains(other.id);
  }

  private @Nullable Runnable stealFrom(Processor victim) {
    Runnable first = stealHalf(victim);
    if (first != null) {
      return first;
    }
    if (victim.hasNext() && staysStuck(victim)) { // or it will see to its runnext by itself
      Runnable task = stealNext(victim);
      if (task != null) {
        return task;
      }
    }
    return isStuck(victim) && visit(victim) > 0 ? p.queue.pop() : null;
  }

  private @Nullable Runnable stealHalf(Processor victim) {
    int n = victim.queue.stealHalf(stolen);
    if (n == 0) {
      return null;
    }
    for (int k = 1; k < n; k++) {
      scheduler.push(p, stolen[k]);
    }
    Runnable task = stolen[0];
    Arrays.fill(stolen, 0, n, null);
    Jfr.steal(p.id, victim.id, n);
    return task;
  }

  private @Nullable Runnable stealNext(Processor victim) {
    Runnable task = victim.exchangeNext(null);
    if (task != null) {
      Jfr.steal(p.id, victim.id, 1);
    }
    return task;
  }

  /**
   * Whether it goes on with its task for some microseconds more, as Go waits to steal a runnext.
   */
  private boolean staysStuck(Processor victim) {
    long word = victim.ownerWord();
    for (int i = 0; i < SPINS_BEFORE_NEXT; i++) {
      Thread.onSpinWait();
      if (victim.ownerWord() != word) {
        return false;
      }
    }
    return Processor.isRunning(word);
  }

  /** Waits for work in this P's poll loop; the order of the steps is the scheduler's proof. */
  private void idle() {
    idling = true;
    scheduler.idle.add(p.id);
    if (isSpinning) {
      isSpinning = false;
      scheduler.stopSpinning();
    }
    boolean work = p.hasNext() || scheduler.hasWorkAnywhere();
    int n = 0;
    if (!work) {
      polling = true;
      n = p.loop.pollBlocking(buffer);
    }
    boolean ours = leaveIdle();
    if (ours && work) {
      isSpinning = true; // it must look, however many spin already
      scheduler.startSpinning();
    }
    if (!work) {
      polled(n, true);
      Processor covered = p.covers;
      if (covered != null && Processor.isRunning(covered.ownerWord())) {
        visit(covered); // else its own M sees to it
      }
    }
  }

  private boolean leaveIdle() {
    boolean ours = scheduler.idle.remove(p.id);
    idling = false;
    if (!ours) {
      isSpinning = true; // the thread that removed it counted it as spinning
    }
    scheduler.busy();
    return ours;
  }

  private int nextRandom() {
    int x = random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return random = x;
  }

  /**
   * In a simulation, instead of {@link #next}: any of the P's runnable goroutines, by the seed.
   * Those that are not picked stay where others can steal them.
   */
  private @Nullable Runnable pickNext(Processor p, PickOrder order) {
    if (order.pick(POLLS_ONE_IN) == 0) {
      poll(p.loop);
    }
    Runnable task = order.pick(2) == 0 ? p.exchangeNext(null) : null;
    if (task != null) {
      scheduler.push(p, task);
    }
    for (int n = order.pick(p.queue.size() + 1); n > 0 && (task = p.queue.pop()) != null; n--) {
      scheduler.push(p, task);
    }
    return next(p);
  }
}
