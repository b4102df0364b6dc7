package dev.loompoll.internal.sched;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * All Ms: those that hold a P, those that are in a task whose P was handed on, and the spare ones,
 * which wait for a P. Any thread may take a spare M; an M that has lost its P comes back by itself.
 *
 * <p>Lock-free. There are never more than the bound; when it is reached, P hand-off waits until an
 * M comes back.
 */
final class Machines {
  /** So many spare Ms stay for each P, and some more, for bursts of blocked ones. */
  private static final int SPARES_A_P = 2;

  private static final int MORE_SPARES = 8;

  private final Scheduler scheduler;
  private final int maxSpares;

  /** By number. Set by who makes an M, cleared by the M that retires. */
  private final AtomicReferenceArray<@Nullable Machine> all;

  private final Queue<Machine> spares = new ConcurrentLinkedQueue<>();

  /** Counted up before an M enters, and down after it left: never less than there are. */
  private final AtomicInteger spareCount = new AtomicInteger();

  /** Poll buffers of retired Ms: their memory is never freed, so it is used again. */
  private final Queue<NetPoll.Buffer> buffers = new ConcurrentLinkedQueue<>();

  private final AtomicInteger count = new AtomicInteger();
  private final LongAdder refusals = new LongAdder();

  Machines(Scheduler scheduler, int max) {
    this.scheduler = scheduler;
    this.maxSpares = SPARES_A_P * scheduler.procs() + MORE_SPARES;
    this.all = new AtomicReferenceArray<>(max);
  }

  /**
   * An M that runs and has no P: the caller gives it one, or {@linkplain #giveBack gives it back}.
   *
   * @return null when there are as many as may be, or the system has no thread for another
   */
  @Nullable Machine take() {
    for (Machine m; (m = spares.poll()) != null; ) {
      spareCount.getAndDecrement();
      if (!m.isDemoted()) {
        return m;
      }
      m.dismiss(); // demoted just when it ended its task
    }
    Machine m = create();
    if (m == null) {
      refusals.increment();
      return null;
    }
    try {
      m.start();
      return m;
    } catch (OutOfMemoryError e) { // "unable to create native thread"
      retired(m);
      refusals.increment();
      return null;
    }
  }

  /** One that is not started yet; null if there are as many as may be. */
  @Nullable Machine create() {
    for (int i = 0; i < all.length(); i++) {
      if (all.get(i) == null) {
        NetPoll.Buffer buffer = buffers.poll();
        if (buffer == null) {
          buffer = scheduler.newBuffer();
        }
        Machine m = new Machine(scheduler, i, buffer);
        if (all.compareAndSet(i, null, m)) {
          count.getAndIncrement();
          return m;
        }
        buffers.add(buffer);
      }
    }
    return null;
  }

  /** A taken M whose P could not be had. */
  void giveBack(Machine m) {
    spareCount.getAndIncrement();
    spares.add(m);
  }

  /**
   * The calling M has lost its P, and has ended its task.
   *
   * @return false if it is not needed any more, and must end
   */
  boolean comeBack(Machine m) {
    if (m.isDemoted()) {
      return false;
    }
    if (spareCount.getAndIncrement() >= maxSpares) {
      spareCount.getAndDecrement();
      return false;
    }
    spares.add(m);
    return true;
  }

  /** The last act of an M. */
  void retired(Machine m) {
    buffers.add(m.buffer());
    count.getAndDecrement();
    all.set(m.number, null);
  }

  /** The M of an owner word's holder; null if that has just retired. */
  @Nullable Machine holder(long word) {
    int number = Processor.holder(word);
    return number < 0 ? null : all.get(number);
  }

  int count() {
    return count.get();
  }

  /** How often there was none to take. */
  long refusals() {
    return refusals.sum();
  }
}
