package dev.loompoll.internal.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * P: the right to run goroutines, with the queue, the poller and the timers that go with it. There
 * are as many as may run at once.
 *
 * <p>Who holds a P is one word, {@code owner}:
 *
 * <pre>
 *   bits 0..15   the holder's number plus one; 0 is nobody
 *   bit  16      RUNNING: the holder runs a goroutine, else it is in the scheduler's own code
 *   bits 17..63  the number of the task that runs, or ran last
 *
 *   nobody       -> held        at the start, before the M runs
 *   held         -> running     its M alone, by a plain release store
 *   running      -> held        its M by CAS, at the task's end
 *   running      -> held by x   by CAS, for an M that waits to be given it: sysmon, from a task that
 *                               does not end; or the task itself, before it blocks its M
 * </pre>
 *
 * <p>So an M must win its P back after each task, and the P can be taken only from a running task,
 * never from an M that polls or looks for work. An M that finds the word changed has no P; it may
 * still be inside {@code execute()} then, which is why queue and runnext take pushes from anyone.
 */
final class Processor {
  private static final long HOLDER = 0xffff;
  private static final long RUNNING = 1L << 16;
  private static final long TASK = 1L << 17;

  private static final VarHandle OWNER;
  private static final VarHandle NEXT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OWNER = lookup.findVarHandle(Processor.class, "owner", long.class);
      NEXT = lookup.findVarHandle(Processor.class, "runnext", Runnable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final int id;
  final PollLoop loop;
  final RunQueue queue;

  /** See the table above. */
  @SuppressWarnings("unused") // through OWNER
  private volatile long owner;

  /**
   * The goroutine that the running one made runnable last: it runs next, while the data it was
   * woken for is warm. Set and taken by exchange, by any thread.
   */
  @SuppressWarnings("unused") // through NEXT
  private volatile @Nullable Runnable runnext;

  /**
   * Sysmon, or a goroutine that yields to the network, asks the holder to look at the network and
   * the global queue before its own queue, after the present task. Cleared by the holder.
   */
  volatile boolean attention;

  // Written by the holder only; others read a moment's value, for the statistics and in sysmon.
  volatile long polls;
  long ticks;

  long events;
  long steals;
  long visitsMade;

  /** How often others have polled this P's network. By any of them without order: it is a hint. */
  volatile int visits;

  /** Until when its M is taken to compute: a time of the clock. Sysmon's. */
  volatile long computesUntil;

  /** How many tasks in a row that computed, and which was the last. Sysmon's alone. */
  int longTasks;

  private long lastLongTask;

  /** The P whose network its M waits for, too, when it idles. Sysmon's, see {@link Cover}. */
  volatile @Nullable Processor covers;

  /** When a P was last woken for a runnext of this one. By the holder; a guess. */
  long lastWake;

  /** How many times in a row runnext went before the queue. Holder only. */
  int nextInARow;

  Processor(int id, PollLoop loop, int queueCapacity) {
    this.id = id;
    this.loop = loop;
    this.queue = new RunQueue(queueCapacity);
  }

  /** The word as it is now, for sysmon: the same word twice is the same task twice. */
  long ownerWord() {
    return (long) OWNER.getVolatile(this);
  }

  static boolean isRunning(long word) {
    return (word & RUNNING) != 0;
  }

  /** Gives a P that nobody holds to the M of this number. */
  void acquire(int number) {
    if (!OWNER.compareAndSet(this, 0L, (long) number + 1)) {
      throw new IllegalStateException("P " + id + " is held already");
    }
  }

  /**
   * Takes it from the M that runs the task of this word, for the M of another number. The task's
   * number stays.
   *
   * @return false if that task has ended meanwhile
   */
  boolean handOver(long running, int number) {
    return OWNER.compareAndSet(this, running, running & ~(RUNNING | HOLDER) | number + 1);
  }

  /**
   * Its M runs the next task.
   *
   * @param held the word without RUNNING
   * @return the word that {@link #endTask} must find
   */
  long beginTask(long held) {
    long running = held + (TASK + RUNNING);
    OWNER.setRelease(this, running);
    return running;
  }

  /** False if the P was taken away meanwhile. */
  boolean endTask(long running) {
    // a compareAndSet, in two instructions less
    return (long) OWNER.compareAndExchange(this, running, running - RUNNING) == running;
  }

  /** Whether the M of this number has it; it may be lost right after, if a task runs. */
  boolean heldBy(int number) {
    return ((long) OWNER.getAcquire(this) & HOLDER) == number + 1;
  }

  static long held(long running) {
    return running - RUNNING;
  }

  static int holder(long word) {
    return (int) (word & HOLDER) - 1;
  }

  /** Sysmon has seen that the task of this owner word computes. */
  void computes(long word, long now, long until) {
    if (word != lastLongTask) {
      lastLongTask = word;
      longTasks = now < computesUntil ? longTasks + 1 : 1;
    }
    computesUntil = until;
  }

  /** Another M, or sysmon, polls its network. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // a lost one does not matter
  void visited() {
    visits++;
  }

  /** Makes {@code task} the next to run; returns the one that was to be. */
  @Nullable Runnable exchangeNext(@Nullable Runnable task) {
    return (Runnable) NEXT.getAndSet(this, task);
  }

  boolean hasNext() {
    return NEXT.getVolatile(this) != null;
  }

  boolean hasWork() {
    return hasNext() || !queue.isEmpty();
  }
}
