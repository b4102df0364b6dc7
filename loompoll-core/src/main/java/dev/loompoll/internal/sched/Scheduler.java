package dev.loompoll.internal.sched;

import dev.loompoll.internal.jfr.Jfr;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Go's scheduler for virtual threads: goroutines (G) run on machines (M, platform threads) that
 * hold processors (P), and a P polls its own network.
 *
 * <p>The JDK hands a goroutine to {@link #execute} whenever it became runnable. Where it goes:
 *
 * <ul>
 *   <li>unparked or started by a running goroutine: {@code runnext} of that P, the one there before
 *       to the queue's tail;
 *   <li>unparked by a poll: the tail of the polling P's queue;
 *   <li>after {@code Thread.yield} (called on the bare carrier, outside a poll): the tail;
 *   <li>from any other thread: the global queue.
 * </ul>
 *
 * <p>{@code execute} is lock-free, never blocks and never throws.
 *
 * <p><b>No wake-up is lost.</b> A P's own M always finds what is in its queue, for it looks there
 * before it goes idle. For the global queue: a thread pushes, then looks for an idle P and for a
 * spinning M (atomic read-modify-write operations or volatile loads after a CAS). An M enters its P
 * into the idle set, stops spinning, and looks at all queues again, in this order. If the pusher
 * saw no idle P, the M's entry came later and so does its look, which finds the task; if it saw a
 * spinning M and woke nobody, that M's step out of spinning came later, and so does its look. An M
 * that steps out because it has found work, or to give way, looks too, and wakes the next if
 * anything is left. And a thread that counted itself as spinning to wake a P, and found none, looks
 * again after it stepped down. Nor is what goes to a P that is handed on just then: who pushed to
 * it looks at the owner word afterwards. If that is still his M's, the P was handed on later, and
 * the new M has yet to look; else he wakes the P: either it is in the idle set already, or its M
 * looks at queue and runnext after it has entered it.
 */
public final class Scheduler {
  private static final VarHandle SPINNING;

  static {
    try {
      SPINNING = MethodHandles.lookup().findVarHandle(Scheduler.class, "spinning", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A poll's goroutines are worth waking another P when they are this many. */
  private static final int WORTH_A_WAKE = 16;

  /**
   * A goroutine that makes another runnable mostly parks soon, and that one runs at once. So an
   * idle P is woken for it, in case it does not park, only so often a P, in nanoseconds.
   */
  private static final long BETWEEN_WAKES_FOR_NEXT = 50_000;

  private final AsForkJoinPool forJdk = new AsForkJoinPool(this);
  private final Processor[] processors;
  private final Machines machines;
  final StartGate gate;
  private final Clock clock;
  private final @Nullable PickOrder order;
  private final @Nullable Sysmon sysmon;

  final IdleSet idle;
  private final GlobalQueue global = new GlobalQueue();

  /** The global queue's length: incremented after a push, decremented after a take. */
  private final AtomicInteger globalSize = new AtomicInteger();

  /** Ms that look for work in other Ps' queues. At most half of the busy Ps, by CAS. */
  @SuppressWarnings("unused") // through SPINNING
  private volatile int spinning;

  private final AtomicInteger placement = new AtomicInteger();
  private final LongAdder wakeups = new LongAdder();
  final LongAdder handOffs = new LongAdder();

  /**
   * Makes the scheduler; {@link #start} lets it run.
   *
   * @param polls makes a P's poller
   * @param order null but in a simulation, which has no sysmon
   */
  public Scheduler(int procs, Supplier<NetPoll> polls, Clock clock, @Nullable PickOrder order) {
    this(procs, polls, clock, order, HandOff.Limits.DEFAULT);
  }

  public Scheduler(
      int procs,
      Supplier<NetPoll> polls,
      Clock clock,
      @Nullable PickOrder order,
      HandOff.Limits limits) {
    if (!Hook.present()) {
      throw new IllegalStateException(Hook.whyNot());
    }
    var unused = ParkedState.known(); // looked up here, not in the first wake-up
    this.clock = clock;
    this.order = order;
    this.idle = new IdleSet(procs);
    this.processors = new Processor[procs];
    for (int i = 0; i < procs; i++) {
      PollLoop loop = new PollLoop(i, polls.get(), clock);
      processors[i] = new Processor(i, loop, RunQueue.CAPACITY);
    }
    this.machines = new Machines(this, limits.maxMachines());
    this.gate = new StartGate(this, procs, limits.maxMachines());
    this.sysmon = order == null ? new Sysmon(this, new HandOff(this, limits)) : null;
  }

  public void start() {
    for (Processor p : processors) {
      Machine m = Objects.requireNonNull(machines.create());
      p.acquire(m.number);
      m.give(p);
      m.start();
    }
    if (sysmon != null) {
      sysmon.start();
    }
  }

  /** Whether this JVM lets us schedule virtual threads. */
  public static boolean available() {
    return Hook.present();
  }

  /** Why not, in a few words; empty when it does. */
  public static String whyNotAvailable() {
    return Hook.whyNot();
  }

  /** An unstarted goroutine. Its task begins with {@link #enter}. */
  public Thread newThread(@Nullable String name, Runnable task) {
    return Hook.newVirtualThread(forJdk, name, task);
  }

  /** The first thing that a goroutine does: waits while Ms run short, see {@link StartGate}. */
  public void enter() {
    gate.enter();
  }

  /**
   * Lets every goroutine run first that can, those among them for whom the network has something.
   * Each thread that is no goroutine of ours just yields.
   */
  public void yieldToNetwork() {
    Machine m = Machine.current();
    Processor p = m == null || m.scheduler != this ? null : m.processor();
    if (p != null) {
      p.attention = true;
      Thread.yield(); // the M polls now; whom it finds stands behind the caller
    }
    Thread.yield();
  }

  public int procs() {
    return processors.length;
  }

  public Clock clock() {
    return clock;
  }

  /** The poll loop for the next new descriptor: one P after another. */
  public PollLoop nextLoop() {
    int n = placement.getAndIncrement() & Integer.MAX_VALUE;
    return processors[n % processors.length].loop;
  }

  /** Makes the goroutine run that this task continues. */
  void execute(Runnable task) {
    Machine m = Machine.current();
    if (m == null || m.scheduler != this) {
      executeGlobal(task);
    } else if (m.polling) {
      m.ready(task); // to the tail of its P's queue
    } else {
      Processor p = m.processor();
      if (p == null) {
        executeGlobal(task);
      } else {
        execute(task, p, m.number, Thread.currentThread() != m);
      }
    }
  }

  /**
   * Arranges for a timed wait of a goroutine to end, on the P where it began; the JDK calls it on
   * the bare M. Lock-free.
   */
  ScheduledFuture<?> schedule(Runnable expired, long nanos) {
    Machine m = Machine.current();
    Processor p = m == null || m.scheduler != this ? null : m.processor();
    PollLoop loop = p == null ? nextLoop() : p.loop;
    GoroutineTimer timer = new GoroutineTimer(loop, expired);
    loop.arm(timer, Timers.after(nanos, clock.nanos()));
    return timer;
  }

  /**
   * From a task on the M of this number, which held the P a moment ago.
   *
   * @param mounted by a goroutine; else Thread.yield, or a wake-up that came while one parked
   */
  void execute(Runnable task, Processor p, int number, boolean mounted) {
    if (mounted) {
      executeNext(p, task);
    } else {
      push(p, task);
    }
    if (!p.heldBy(number)) {
      wake(p); // it was handed on meanwhile, and its new M may not have seen the task
    }
  }

  /** From a running goroutine. */
  private void executeNext(Processor p, Runnable task) {
    Runnable previous = p.exchangeNext(task);
    if (previous != null) {
      // A single runnext is about to run here; a second one could run elsewhere now.
      try {
        push(p, previous);
      } catch (OutOfMemoryError e) {
        takeBack(p, task, previous);
        throw e; // the JDK comes again with the task
      }
      wakeOne();
    } else if (!idle.isEmpty()) {
      long now = clock.nanos();
      if (now - p.lastWake > BETWEEN_WAKES_FOR_NEXT) { // unless the running one goes on for long
        p.lastWake = now;
        wakeOne();
      }
    }
  }

  /**
   * There is no memory to queue {@code previous}: it is next as before, and {@code task} is not.
   */
  private void takeBack(Processor p, Runnable task, Runnable previous) {
    Runnable there = p.exchangeNext(previous);
    if (there != null && there != task) { // of the M that has the P by now; a thief has the task
      push(p, there);
    }
  }

  /** To the tail of the P's queue, or of the global one when that is full. */
  void push(Processor p, Runnable task) {
    if (!p.queue.push(task)) {
      pushGlobal(task);
    }
  }

  /** As {@link #push}, as soon as there is memory. As the JDK does it, on the same thread. */
  void pushSurely(Processor p, Runnable task) {
    while (!p.queue.push(task)) { // which takes no memory
      try {
        pushGlobal(task);
        return;
      } catch (OutOfMemoryError e) {
        LockSupport.parkNanos(100_000_000);
      }
    }
  }

  /** What its goroutines know as their scheduler. */
  Executor forJdk() {
    return forJdk;
  }

  private void pushGlobal(Runnable task) {
    global.push(task);
    globalSize.getAndIncrement();
  }

  private void executeGlobal(Runnable task) {
    pushGlobal(task);
    step();
    wakeOne();
  }

  /** A poll has pushed so many goroutines. */
  void polled(int n) {
    if (n >= WORTH_A_WAKE) {
      wakeOne();
    }
  }

  /** Asks the queue, not its size, which lags behind: who saw that it is not empty must get on. */
  @Nullable Runnable pollGlobal() {
    Runnable task = global.poll();
    if (task != null) {
      globalSize.getAndDecrement();
    }
    return task;
  }

  /** Takes this P's share of the global queue: one to run, the others to the P's own queue. */
  @Nullable Runnable pollGlobalShare(Processor p) {
    int n = Math.min(globalSize.get() / processors.length, RunQueue.CAPACITY / 2);
    Runnable first = pollGlobal();
    for (int i = 1; i < n; i++) {
      Runnable task = pollGlobal();
      if (task == null) {
        break;
      }
      push(p, task);
    }
    return first;
  }

  boolean hasGlobal() {
    return !global.isEmpty();
  }

  /** Whether there is work anywhere. Called after entering the idle set. */
  boolean hasWorkAnywhere() {
    step();
    if (hasGlobal()) {
      return true;
    }
    for (Processor p : processors) {
      if (!p.queue.isEmpty()) {
        return true;
      }
    }
    step();
    return false;
  }

  Processor[] processors() {
    return processors;
  }

  Machines machines() {
    return machines;
  }

  NetPoll.Buffer newBuffer() {
    return processors[0].loop.net().newBuffer();
  }

  @Nullable PickOrder order() {
    return order;
  }

  /** In a simulation: another thread may get on between these two steps of the proof above. */
  private void step() {
    PickOrder o = order;
    if (o != null) {
      o.pick(1);
    }
  }

  // ---- spinning and waking

  /** Whether one more M may look for work elsewhere: at most half of the busy Ps do. */
  boolean trySpin() {
    for (; ; ) {
      int s = spinning();
      if (2 * s >= processors.length - idle.size()) {
        return false;
      }
      if (SPINNING.compareAndSet(this, s, s + 1)) {
        return true;
      }
    }
  }

  void startSpinning() {
    SPINNING.getAndAdd(this, 1);
  }

  /** How many there are, at this moment. */
  int spinning() {
    return (int) SPINNING.getVolatile(this);
  }

  void stopSpinning() {
    SPINNING.getAndAdd(this, -1);
  }

  /** Wakes an idle P to look for work, unless somebody is looking already. */
  void wakeOne() {
    while (!idle.isEmpty() && SPINNING.compareAndSet(this, 0, 1)) {
      step();
      int id = idle.removeAny();
      if (id >= 0) {
        processors[id].loop.wake(); // its M finds itself removed, and goes on as the spinning one
        wakeups.increment(); // last: it may allocate
        return;
      }
      stopSpinning(); // and look again: meanwhile somebody may have relied on us
    }
  }

  /**
   * Wakes an idle P to look for work that has waited for some time, whoever may be counted as
   * looking: that thread may have no CPU. Sysmon's.
   */
  void wakeOneMore() {
    startSpinning();
    int id = idle.removeAny();
    if (id >= 0) {
      processors[id].loop.wake();
      wakeups.increment();
    } else {
      stopSpinning();
      if (hasGlobal()) {
        wakeOne(); // who pushed meanwhile relied on us
      }
    }
  }

  /** Wakes this P if it idles. */
  private void wake(Processor p) {
    startSpinning();
    if (idle.remove(p.id)) {
      p.loop.wake();
      wakeups.increment();
    } else {
      foundWork(p); // meanwhile somebody may have relied on us
    }
  }

  /**
   * The goroutine that calls is about to block its M: hands the P on.
   *
   * @return whether the M is without a P now; then the goroutine yields when it has blocked enough
   */
  public boolean beforeBlocking() {
    Machine m = Machine.current();
    Sysmon s = sysmon;
    if (s == null || m == null || m.scheduler != this || Thread.currentThread() == m) {
      return false;
    }
    Processor p = m.processor();
    if (p == null) {
      return true;
    }
    HandOff.Adrift adrift = new HandOff.Adrift(m, clock.nanos()); // first: no M is taken in vain
    Machine next = machines.take();
    if (next == null) {
      return false;
    }
    long running = p.ownerWord();
    if (Processor.holder(running) == m.number && p.handOver(running, next.number)) {
      next.give(p);
      m.endShare();
      s.watch(adrift);
      handOffs.increment();
      Jfr.handOff(p.id, m, next, "declared", 0);
    } else {
      machines.giveBack(next); // sysmon was faster
    }
    return true;
  }

  /** Whether a P other than the caller's, which has not gone idle yet, has something to do. */
  boolean othersAreBusy() {
    return idle.size() < processors.length - 1;
  }

  /** Whether there is a P whose tasks are long, by their CPU time. */
  boolean someComputes(long now) {
    for (Processor p : processors) {
      if (now < p.computesUntil) {
        return true;
      }
    }
    return false;
  }

  /** An M that was spinning has found work, or does something else. */
  void foundWork(Processor p) {
    stopSpinning();
    step();
    // Who pushed while we were spinning woke nobody. What is left now is ours to announce.
    if (p.hasWork() || hasGlobal()) {
      wakeOne();
    }
  }

  /** A P has left the idle set. */
  void busy() {
    Sysmon s = sysmon;
    if (s != null) {
      s.awake();
    }
  }

  /** An error in the scheduler's own code. Out of memory, most likely: then maybe also for this. */
  static void report(String who, Throwable t) {
    try {
      System.err.println("loompoll: " + who + " goes on after " + t);
    } catch (OutOfMemoryError e) {
      // it goes on all the same
    }
  }

  // ---- statistics

  /** A moment's values, not a consistent picture. */
  public record Counters(
      long runs,
      long polls,
      long events,
      long steals,
      long wakeups,
      long sysmonPolls,
      int machines,
      long machineRefusals,
      long handOffs,
      long demotions,
      int idle,
      int queued) {
    /** Of a scheduler that there is not. */
    public static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  public Counters counters() {
    long runs = 0;
    long polls = 0;
    long events = 0;
    long steals = 0;
    for (Processor p : processors) {
      runs += p.ticks;
      polls += p.polls + p.visitsMade;
      events += p.events;
      steals += p.steals;
    }
    return new Counters(
        runs,
        polls,
        events,
        steals,
        wakeups.sum(),
        sysmon == null ? 0 : sysmon.polls(),
        machines.count(),
        machines.refusals(),
        handOffs.sum(),
        sysmon == null ? 0 : sysmon.demotions(),
        idle.size(),
        Math.max(0, globalSize.get()));
  }

  /** One P's, a moment's values too. */
  public record ProcessorCounters(
      int queueLength, long runs, long steals, long polls, long events) {}

  public ProcessorCounters processorCounters(int id) {
    Processor p = processors[id];
    return new ProcessorCounters(
        p.queue.size() + (p.hasNext() ? 1 : 0),
        p.ticks,
        p.steals,
        p.polls + p.visitsMade,
        p.events);
  }

  /** The loops, one a P, for diagnosis and tests. */
  public PollLoop[] loops() {
    PollLoop[] loops = new PollLoop[processors.length];
    for (int i = 0; i < loops.length; i++) {
      loops[i] = processors[i].loop;
    }
    return loops;
  }
}
