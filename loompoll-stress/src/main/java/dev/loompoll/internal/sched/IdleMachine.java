package dev.loompoll.internal.sched;

import java.util.Objects;

/**
 * A scheduler whose first M runs on the thread of an actor, in a network that sleeps as the kernel
 * would: until it is woken, or until nobody is left who could. The other Ms do not run.
 */
final class IdleMachine implements NetPoll {
  private static final Buffer BUFFER = new Buffer() {};

  private static final class Other implements NetPoll {
    @Override
    public Buffer newBuffer() {
      return BUFFER;
    }

    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      return 0;
    }

    @Override
    public void wake() {}
  }

  final Scheduler scheduler;

  /** What other threads do while it sleeps, one each time. */
  private final Runnable[] meanwhile;

  private int sleeps;
  private boolean given;
  private volatile boolean woken;
  private volatile boolean done;

  IdleMachine(int procs, Runnable... meanwhile) {
    this.scheduler = new Scheduler(procs, this::next, () -> 1, null, new HandOff.Limits(procs, 0));
    this.meanwhile = meanwhile;
  }

  private NetPoll next() {
    NetPoll net = given ? new Other() : this;
    given = true;
    return net;
  }

  /** Runs the M until it sleeps for good. */
  void run() {
    Machine m = Objects.requireNonNull(scheduler.machines().create());
    processor().acquire(m.number);
    m.give(processor());
    m.run();
  }

  /** The same, with a P that an M of another number holds while it runs the task of this word. */
  void runWithItInPlaceOf(long running) {
    Machine m = Objects.requireNonNull(scheduler.machines().create());
    processor().handOver(running, m.number);
    m.give(processor());
    m.run();
  }

  Processor processor() {
    return scheduler.processors()[0];
  }

  /** By the other actor at its end: it wakes nobody any more. */
  void done() {
    done = true;
  }

  void awaitDone() {
    while (!done) {
      Thread.onSpinWait();
    }
  }

  @Override
  public Buffer newBuffer() {
    return BUFFER;
  }

  @Override
  public int poll(long timeoutNanos, Buffer buffer) {
    if (timeoutNanos == 0) {
      return 0;
    }
    if (sleeps < meanwhile.length) {
      meanwhile[sleeps++].run();
    }
    for (; ; ) {
      boolean last = done;
      if (woken) {
        woken = false;
        return 0;
      }
      if (last) {
        throw new Stopped();
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void wake() {
    woken = true;
  }
}
