package dev.loompoll.internal.sched;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All Ms: those that hold a P, those that are in a task whose P was handed on, and the spare ones,
 * which wait for a P. Any thread may take a spare M; an M that has lost its P comes back by itself.
 *
 * <p>Lock-free, but for the start of a thread, and nothing is allocated for an M that comes back:
 * that must not fail. There are never more than the bound; when it is reached, hand-off waits until
 * an M comes back.
 */
final class Machines {
  /** So many spare Ms stay for each P, and some more, for bursts of blocked ones. */
  private static final int SPARES_A_P = 2;

  private static final int MORE_SPARES = 8;

  private final Scheduler scheduler;
  private final int maxSpares;

  /** By number. Set by who makes an M, cleared by the M that ends. */
  private final AtomicReferenceArray<@Nullable Machine> all;

  /** By number: its memory is never freed, so the next M of the number uses it again. */
  private final AtomicReferenceArray<NetPoll.@Nullable Buffer> buffers;

  /** The numbers of the spare Ms. */
  private final IdleSet spares;

  /** Counted up before an M enters, and down after it left: never less than there are. */
  private final AtomicInteger spareCount = new AtomicInteger();

  private final AtomicInteger count = new AtomicInteger();
  private final LongAdder refusals = new LongAdder();

  Machines(Scheduler scheduler, int max) {
    this.scheduler = scheduler;
    this.maxSpares = SPARES_A_P * scheduler.procs() + MORE_SPARES;
    this.all = new AtomicReferenceArray<>(max);
    this.buffers = new AtomicReferenceArray<>(max);
    this.spares = new IdleSet(max);
  }

  /**
   * An M that runs and has no P: the caller gives it one, or {@linkplain #giveBack gives it back}.
   *
   * @return null when there are as many as may be, or the system has no thread for another
   */
  @Nullable Machine take() {
    int number = spares.removeAny();
    if (number >= 0) {
      spareCount.getAndDecrement();
      return all.get(number);
    }
    Machine m = create();
    if (m == null) {
      refused();
      return null;
    }
    try {
      m.start();
      return m;
    } catch (OutOfMemoryError e) { // "unable to create native thread"
      ended(m);
      refused();
      return null;
    }
  }

  /** One that is not started yet; null if there are as many as may be. */
  @Nullable Machine create() {
    for (int i = 0; i < all.length(); i++) {
      if (all.get(i) == null) {
        Machine m = new Machine(scheduler, i, buffer(i));
        if (all.compareAndSet(i, null, m)) {
          count.getAndIncrement();
          return m;
        }
      }
    }
    return null;
  }

  /** Two threads may make one for the same number; whose M gets that number uses the one set. */
  private NetPoll.Buffer buffer(int number) {
    NetPoll.Buffer buffer = buffers.get(number);
    if (buffer == null) {
      NetPoll.Buffer fresh = scheduler.newBuffer();
      buffer = buffers.compareAndExchange(number, null, fresh);
      if (buffer == null) {
        buffer = fresh;
      }
    }
    return buffer;
  }

  /** A taken M whose P could not be had. */
  void giveBack(Machine m) {
    spareCount.getAndIncrement();
    spares.add(m.number);
  }

  /**
   * The calling M has no P any more and is no longer in a task.
   *
   * @return false if it is not needed any more, and must end
   */
  boolean comeBack(Machine m) {
    if (spareCount.getAndIncrement() >= maxSpares) {
      spareCount.getAndDecrement();
      return false;
    }
    spares.add(m.number);
    return true;
  }

  /** The calling M wants to end; false if it was taken meanwhile, so that a P is on its way. */
  boolean leave(Machine m) {
    if (!spares.remove(m.number)) {
      return false;
    }
    spareCount.getAndDecrement();
    return true;
  }

  /** The last act of an M. */
  void ended(Machine m) {
    count.getAndDecrement();
    all.set(m.number, null);
  }

  /** The M of an owner word's holder; null if that has just ended. */
  @Nullable Machine holder(long word) {
    int number = Processor.holder(word);
    return number < 0 ? null : all.get(number);
  }

  /** Every M there is; some may be ending, or just begin. */
  void forEach(Consumer<Machine> action) {
    for (int i = 0; i < all.length(); i++) {
      Machine m = all.get(i);
      if (m != null) {
        action.accept(m);
      }
    }
  }

  int count() {
    return count.get();
  }

  /** How many could be had now: spare ones, and those that may still be made. */
  int available() {
    return spareCount.get() + all.length() - count.get();
  }

  /** There would have been work for one more. */
  void refused() {
    refusals.increment();
  }

  /** How often there was none to take. */
  long refusals() {
    return refusals.sum();
  }
}
