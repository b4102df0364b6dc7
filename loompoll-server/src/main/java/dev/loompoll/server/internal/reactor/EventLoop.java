package dev.loompoll.server.internal.reactor;

import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.EpollCalls.EventBuffer;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread, one epoll: the events of its {@link Source}s, then the tasks that other threads gave
 * it, then who asked for another turn, then alarms, the sweep and departures.
 */
final class EventLoop implements Executor {
  // Edge-triggered. A descriptor is added once, for both directions, and never changed: a
  // connection that pauses its reading, or waits until it can write, makes no system call for that.
  // A level-triggered one would need two for each pause, or this thread would spin on data that
  // nobody wants yet. The price is state: each source remembers that it is readable or writable
  // until the kernel says EAGAIN, and one that stops before that for fairness must ask for another
  // turn, since no event will come.

  private static final int WATCHED =
      EpollCalls.EPOLLIN
          | EpollCalls.EPOLLOUT
          | EpollCalls.EPOLLPRI
          | EpollCalls.EPOLLRDHUP
          | EpollCalls.EPOLLET;

  private static final int EVENTS_A_WAIT = 128;

  /** So many tasks, then events again: each may be a connection that begins or ends. */
  private static final int TASKS_A_ROUND = 64;

  /** So many sources found late, then events again: a crowd may be late at once. */
  private static final int LATE_A_ROUND = 4;

  /** So many slots looked at in a sweep, then events again. */
  private static final int SWEPT_A_ROUND = 256;

  /** Their memory is never freed, so that of ended loops is used again. */
  private static final ConcurrentLinkedQueue<EventBuffer> BUFFERS = new ConcurrentLinkedQueue<>();

  /**
   * While more comes than can be handled, events are taken in batches, so long apart: else each
   * would take the CPU from a worker, to be refused. Nanoseconds.
   */
  private static final long BETWEEN_BATCHES = 500_000;

  private final LongSupplier clock;
  private final BooleanSupplier inBatches;
  private final long sweepNanos;
  private final Consumer<Throwable> failures;
  private final int epfd;
  private final Bell bell;
  private final Thread thread;

  /** Added to by any thread. */
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** Set once, by who ends it, before the wake-up. */
  private volatile boolean ending;

  // All else is the loop's alone.

  /** Scratch for the system calls of its sources. */
  final ErrnoCell errno = new ErrnoCell();

  /** Scratch for what is gathered, and for what is thrown away: as much as one call moves. */
  final byte[] scratch = new byte[64 * 1024];

  private final Slots slots = new Slots();
  private final ArrayDeque<Source> turns = new ArrayDeque<>();
  private final List<Source> alarms = new ArrayList<>();

  /** In the order of their times. */
  private final ArrayDeque<Source> departures = new ArrayDeque<>();

  /** How many of the sources want to be swept, and when that is to be. */
  private int swept;

  private long nextSweep;

  /** The slot with which a sweep that was interrupted goes on; 0 is none. */
  private int sweepFrom;

  /**
   * Not started yet.
   *
   * @param sweepNanos how often to sweep while there is something to be swept
   * @param inBatches whether to take events in batches
   * @param failures told what a task or a source throws
   */
  EventLoop(
      String name,
      long sweepNanos,
      LongSupplier clock,
      BooleanSupplier inBatches,
      Consumer<Throwable> failures)
      throws IOException {
    this.clock = clock;
    this.sweepNanos = sweepNanos;
    this.inBatches = inBatches;
    this.failures = failures;
    epfd = SystemCallFailure.check("epoll_create1", EpollCalls.create(errno));
    try {
      bell = Bell.open(epfd, errno);
    } catch (SystemCallFailure e) {
      FdCalls.close(epfd);
      throw e;
    }
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
  }

  // ---- for all threads

  void start() {
    thread.start();
  }

  /** Runs the task on the loop's thread, later; never if the loop has ended. Does not wait. */
  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    bell.ring();
  }

  boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  /** What time it is, in nanoseconds. */
  long now() {
    return clock.getAsLong();
  }

  /** Runs the tasks that are there, abandons all sources, ends the thread. Not on it: waits. */
  void end() throws InterruptedException {
    ending = true;
    bell.ring();
    thread.join();
  }

  // ---- for its sources

  /** Begins to watch; 0 or an errno. */
  int watch(int fd, Source source) {
    slots.add(source);
    int rc = EpollCalls.add(epfd, fd, WATCHED, source.token, errno);
    if (rc < 0) {
      slots.remove(source);
      return -rc;
    }
    if (source.swept() && swept++ == 0) {
      nextSweep = now() + sweepNanos;
    }
    return 0;
  }

  /** Before the descriptor is closed, which ends the watch. Again does nothing. */
  void forget(Source source) {
    if (source.token != Source.NONE) {
      slots.remove(source);
      if (source.swept()) {
        swept--;
      }
    }
  }

  /** Another turn, after events and tasks. */
  void again(Source source) {
    if (!source.awaitsTurn) {
      source.awaitsTurn = true;
      turns.add(source);
    }
  }

  /** A turn at that time; a later call moves it. */
  void alarm(Source source, long at) {
    source.alarmAt = at;
    if (!alarms.contains(source)) {
      alarms.add(source);
    }
  }

  /** It {@link Source#departs} at that time, which is no earlier than any that was given before. */
  void depart(Source source, long at) {
    source.departsAt = at;
    departures.add(source);
  }

  // ---- the loop

  private void loop() {
    EventBuffer spare = BUFFERS.poll();
    EventBuffer events = spare != null ? spare : new EventBuffer(EVENTS_A_WAIT);
    while (!ending) {
      int n = await(events);
      for (int i = 0; i < n; i++) {
        dispatch(events.data(i), events.flags(i));
      }
      runTasks(TASKS_A_ROUND);
      giveTurns();
      ringAlarms();
      sweep();
      sendAway();
    }
    runTasks(Integer.MAX_VALUE);
    for (int i = 0; i < slots.end(); i++) {
      Source source = slots.at(i);
      if (source != null) {
        guarded(source::abandon);
      }
    }
    discard();
    BUFFERS.add(events);
  }

  /** Frees what it has; instead of {@link #start}. */
  void discard() {
    bell.close();
    FdCalls.close(epfd);
  }

  private int await(EventBuffer events) {
    long timeout = turns.isEmpty() && sweepFrom == 0 ? untilDue() : 0;
    if (timeout == 0) {
      return events.pollNow(epfd);
    }
    if (inBatches.getAsBoolean()) {
      LockSupport.parkNanos(BETWEEN_BATCHES);
    }
    bell.beforeWait();
    int n = tasks.isEmpty() && !ending ? events.poll(epfd, timeout) : events.pollNow(epfd);
    bell.afterWait();
    if (n < 0 && n != -Errno.EINTR) {
      LockSupport.parkNanos(1_000_000); // out of memory: do not spin, try again
    }
    return n;
  }

  /** How long until the sweep, an alarm or a departure; negative is for ever. */
  private long untilDue() {
    Source departing = departures.peek();
    if (swept == 0 && alarms.isEmpty() && departing == null) {
      return -1;
    }
    long now = now();
    long least = swept == 0 ? Long.MAX_VALUE : nextSweep - now;
    if (departing != null) {
      least = Math.min(least, departing.departsAt - now);
    }
    for (Source source : alarms) {
      least = Math.min(least, source.alarmAt - now);
    }
    return Math.max(least, 0);
  }

  private void dispatch(long token, int flags) {
    Source source = token == Bell.TOKEN ? null : slots.find(token);
    if (source != null) {
      try {
        source.ready(flags);
      } catch (Throwable t) {
        tell(t);
      }
    }
  }

  private void runTasks(int most) {
    for (int i = 0; i < most; i++) {
      @Nullable Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      guarded(task);
    }
  }

  /** One for each that asked before. */
  private void giveTurns() {
    for (int n = turns.size(); n > 0; n--) {
      Source source = turns.remove();
      source.awaitsTurn = false;
      guarded(source);
    }
  }

  private void ringAlarms() {
    for (int i = alarms.size() - 1; i >= 0; i--) {
      Source source = alarms.get(i);
      if (source.alarmAt - now() <= 0) {
        alarms.remove(i);
        again(source);
      }
    }
  }

  private void sweep() {
    if (sweepFrom == 0 && swept == 0) {
      return;
    }
    long now = now();
    if (sweepFrom == 0) {
      if (now - nextSweep < 0) {
        return;
      }
      nextSweep = now + sweepNanos;
    }
    int slot = sweepFrom;
    int end = Math.min(slots.end(), slot + SWEPT_A_ROUND);
    for (int late = 0; slot < end && late < LATE_A_ROUND; slot++) {
      Source source = slots.at(slot);
      if (source != null && source.swept() && isLate(source, now)) {
        late++;
      }
    }
    sweepFrom = slot < slots.end() ? slot : 0;
  }

  private void sendAway() {
    long now = departures.isEmpty() ? 0 : now();
    for (int n = 0; n < LATE_A_ROUND; n++) {
      Source source = departures.peek();
      if (source == null || source.departsAt - now > 0) {
        return;
      }
      departures.remove();
      guarded(() -> source.departs(now));
    }
  }

  private boolean isLate(Source source, long now) {
    try {
      return source.sweep(now);
    } catch (Throwable t) {
      tell(t);
      return true;
    }
  }

  /** What goes wrong with one must not end the others. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (Throwable t) {
      tell(t);
    }
  }

  private void tell(Throwable t) {
    try {
      failures.accept(t);
    } catch (Throwable again) {
      // who was told could not bear it
    }
  }
}
