package dev.loompoll.internal.sched;

import dev.loompoll.internal.jfr.Jfr;
import dev.loompoll.internal.jfr.PollEvent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One poller with its timers. A P has one; without the hook into the JDK, a thread has one.
 *
 * <p>Its owner alone may block in it. Any polling thread may poll it without blocking, which is how
 * the connections of a busy P are served.
 *
 * <p><b>No wait outlasts a timer.</b> The owner publishes {@code blockedUntil}, then looks at the
 * timers once more; a thread that arms a timer publishes the timer, then looks at {@code
 * blockedUntil} (all volatile). Whichever comes second sees the other. The same holds between the
 * timers of a loop that is covered and the wait of the one that covers it; a wait that began before
 * the cover is ended by {@link #cover}.
 */
public final class PollLoop {
  private static final VarHandle BLOCKED_UNTIL;

  static {
    try {
      BLOCKED_UNTIL =
          MethodHandles.lookup().findVarHandle(PollLoop.class, "blockedUntil", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final long NOT_BLOCKED = 0;

  /** How long to wait, in nanoseconds, for a thread that holds the timers' lock. */
  private static final long LOCK_IS_TAKEN = 50_000;

  /** The number of the P that has it, for events. */
  private final int number;

  private final NetPoll net;
  private final Timers timers = new Timers();
  private final Clock clock;

  /** NOT_BLOCKED, or the time at which the owner will return by itself. Owner only. */
  @SuppressWarnings("unused") // through BLOCKED_UNTIL
  private volatile long blockedUntil;

  /** The loop whose timers are waited for here, too, see {@link Cover}. Sysmon's. */
  private volatile @Nullable PollLoop covers;

  /** The loop that waits for the timers of this one, too. Sysmon's. */
  private volatile @Nullable PollLoop coveredBy;

  public PollLoop(NetPoll net, Clock clock) {
    this(0, net, clock);
  }

  PollLoop(int number, NetPoll net, Clock clock) {
    this.number = number;
    this.net = net;
    this.clock = clock;
  }

  public NetPoll net() {
    return net;
  }

  public Clock clock() {
    return clock;
  }

  public Timers timers() {
    return timers;
  }

  /** Makes sure that {@code e} is looked at by {@code when}. Lock-free; any thread. */
  public void arm(Timers.Entry e, long when) {
    long armed = timers.arm(e, when);
    if (armed == Timers.NEVER) {
      return;
    }
    wakeIfLater(armed);
    PollLoop other = coveredBy;
    if (other != null) {
      other.wakeIfLater(armed);
    }
  }

  private void wakeIfLater(long time) {
    if (time < (long) BLOCKED_UNTIL.getVolatile(this)) {
      net.wake();
    }
  }

  /**
   * From now on the owner waits for the network and the timers of {@code other}, too. Sysmon's.
   *
   * @return false if the poller cannot
   */
  boolean cover(PollLoop other) {
    if (!net.waitAlsoFor(other.net)) {
      return false;
    }
    covers = other;
    other.coveredBy = this;
    net.wake();
    return true;
  }

  void coverNoLonger(PollLoop other) {
    other.coveredBy = null;
    covers = null;
    net.waitNoLongerFor(other.net);
  }

  /**
   * Polls the network and the timers without blocking. Any polling thread.
   *
   * @return how many events and timers there were
   */
  public int pollNow(NetPoll.Buffer buffer) {
    PollEvent event = Jfr.poll();
    int n = net.poll(0, buffer);
    n += runTimers();
    if (event != null) {
      event.record(number, n, false);
    }
    return n;
  }

  /** Fires what is due. A caller that is not the owner may have brought in an earlier timer. */
  private int runTimers() {
    if (timers.next() == Timers.NEVER && !timers.hasInbox()) {
      return 0;
    }
    long now = clock.nanos();
    if (now < timers.next() && !timers.hasInbox()) {
      return 0;
    }
    int fired = timers.run(now);
    wakeIfLater(timers.next());
    return fired;
  }

  /**
   * Blocks until an event, a timer or {@link #wake}. Owner only; it has published that it is idle,
   * and has looked for work since.
   *
   * @return how many events and timers there were
   */
  public int pollBlocking(NetPoll.Buffer buffer) {
    PollEvent event = Jfr.poll();
    int n = block(buffer);
    if (event != null) {
      event.record(number, n, true);
    }
    return n;
  }

  private int block(NetPoll.Buffer buffer) {
    PollLoop other = covers;
    int fired = runTimers(other);
    if (fired > 0) {
      return fired + net.poll(0, buffer);
    }
    long until = earliest(other);
    BLOCKED_UNTIL.setVolatile(this, until);
    long timeout = -1;
    if (hasInbox(other) || earliest(other) < until) {
      // A timer came in between: look again. If it is still there, another thread is at the timers.
      fired = runTimers(other);
      timeout = fired == 0 && hasInbox(other) ? LOCK_IS_TAKEN : 0;
    } else if (until != Timers.NEVER) {
      timeout = until - clock.nanos();
      if (timeout <= 0) {
        // It has come due meanwhile; if it cannot be fired now, another thread is at the timers.
        fired = runTimers(other);
        timeout = fired > 0 ? 0 : LOCK_IS_TAKEN;
      }
    }
    int events = net.poll(timeout, buffer);
    BLOCKED_UNTIL.setVolatile(this, NOT_BLOCKED);
    return events + fired + runTimers();
  }

  private int runTimers(@Nullable PollLoop other) {
    return runTimers() + (other == null ? 0 : other.runTimers());
  }

  private long earliest(@Nullable PollLoop other) {
    return other == null ? timers.next() : Math.min(timers.next(), other.timers.next());
  }

  private boolean hasInbox(@Nullable PollLoop other) {
    return timers.hasInbox() || other != null && other.timers.hasInbox();
  }

  /** Makes the owner return from {@link #pollBlocking}. Lock-free; any thread. */
  public void wake() {
    net.wake();
  }
}
