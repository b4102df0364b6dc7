package dev.loompoll.internal.net;

import dev.loompoll.internal.jdk.JdkBug;
import dev.loompoll.internal.jfr.Jfr;
import dev.loompoll.internal.poll.Poller;
import dev.loompoll.internal.poll.PollerFailure;
import dev.loompoll.internal.poll.epoll.EpollPoller;
import dev.loompoll.internal.sched.Clock;
import dev.loompoll.internal.sched.HandOff;
import dev.loompoll.internal.sched.PollLoop;
import dev.loompoll.internal.sched.PollThread;
import dev.loompoll.internal.sched.Scheduler;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What runs in this process: our scheduler with one poller a P, or, where the JDK gives us no hook,
 * pollers with threads of their own under the JDK's scheduler. Made at first use, for good.
 */
public final class Engine {
  /** How many Ps; default: the processors that the JVM may use. */
  public static final String PROCS = "loompoll.procs";

  /** How many threads the scheduler may have: more than Ps when goroutines compute or block. */
  public static final String MAX_MACHINES = "loompoll.maxMachines";

  /** What is added to the nice value of a thread whose goroutine computes on and on; 0 is off. */
  public static final String DEMOTION = "loompoll.demotion";

  /** Which back end: {@code epoll}. */
  public static final String POLLER = "loompoll.poller";

  /** For the tests: do without our scheduler although the hook is there. */
  public static final String FORCE_FALLBACK = "loompoll.unsupported.force.fallback";

  private static final int MAX_PROCS = 4096;

  private static final ReentrantLock STARTING = new ReentrantLock();

  /** Written once, under the lock. */
  private static volatile @Nullable Engine engine;

  private final @Nullable Scheduler scheduler;
  private final PollLoop[] loops;
  private final String why;
  private final AtomicInteger placement = new AtomicInteger();

  /**
   * The engine, started by the first caller.
   *
   * @throws IllegalStateException if a system property of ours makes no sense, or the system is not
   *     Linux
   * @throws PollerFailure if there are no descriptors for the pollers; a later call tries again
   */
  public static Engine start() throws PollerFailure {
    Engine e = engine;
    if (e != null) {
      return e;
    }
    STARTING.lock();
    try {
      e = engine;
      if (e != null) {
        return e;
      }
      engine = e = new Engine();
    } finally {
      STARTING.unlock();
    }
    JdkBug.warn(); // not under the lock: a log's handler may use us
    return e;
  }

  /** As {@link #start}, for callers that cannot go on without. */
  public static Engine get() {
    try {
      return start();
    } catch (PollerFailure e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private Engine() throws PollerFailure {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new IllegalStateException(
          "Loompoll runs on Linux only so far; this is " + System.getProperty("os.name"));
    }
    String poller = System.getProperty(POLLER, "epoll");
    if (!poller.equals("epoll")) {
      throw new IllegalStateException("unknown poller \"" + poller + "\": there is epoll");
    }
    int procs = number(PROCS, 1, MAX_PROCS, Runtime.getRuntime().availableProcessors());
    HandOff.Limits usual = HandOff.Limits.DEFAULT;
    HandOff.Limits limits =
        new HandOff.Limits(
            number(
                MAX_MACHINES,
                procs,
                HandOff.Limits.MOST_MACHINES,
                Math.max(usual.maxMachines(), 2 * procs)),
            number(DEMOTION, 0, HandOff.Limits.LARGEST_DEMOTION, usual.demotion()));
    boolean forced = Boolean.getBoolean(FORCE_FALLBACK);
    if (Scheduler.available() && !forced) {
      initialiseJdkPoller();
      Iterator<EpollPoller> pollers = open(procs).iterator();
      scheduler = new Scheduler(procs, pollers::next, Clock.SYSTEM, null, limits);
      loops = scheduler.loops();
      why = "";
    } else {
      scheduler = null;
      why = forced ? "-D" + FORCE_FALLBACK + " is set" : Scheduler.whyNotAvailable();
      loops = new PollLoop[] {new PollLoop(open(1).getFirst(), Clock.SYSTEM)};
      if (!forced) {
        System.getLogger("dev.loompoll")
            .log(System.Logger.Level.INFO, "running on the JDK''s scheduler: {0}", why);
      }
    }
    Jfr.start();
    for (PollLoop loop : loops) {
      ((Poller) loop.net()).attach(loop);
    }
    if (scheduler != null) {
      scheduler.start();
    } else {
      for (int i = 0; i < loops.length; i++) {
        new PollThread(i, loops[i]).start();
      }
    }
  }

  /** All or none. */
  private static List<EpollPoller> open(int n) throws PollerFailure {
    List<EpollPoller> pollers = new ArrayList<>();
    try {
      while (pollers.size() < n) {
        pollers.add(EpollPoller.open());
      }
      return pollers;
    } catch (PollerFailure e) {
      pollers.forEach(EpollPoller::discard);
      throw e;
    }
  }

  private static int number(String property, int least, int most, int otherwise) {
    String text = System.getProperty(property);
    if (text == null) {
      return otherwise;
    }
    try {
      int n = Integer.parseInt(text);
      if (n >= least && n <= most) {
        return n;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalStateException(
        "-D" + property + "=" + text + ": not a number from " + least + " to " + most);
  }

  /**
   * The JDK's poller starts virtual threads in its class initialiser. If a goroutine were the first
   * to need it, these would inherit our scheduler and sit on our Ps for ever.
   */
  private static void initialiseJdkPoller() {
    try {
      Class.forName("sun.nio.ch.Poller", true, null);
    } catch (ClassNotFoundException e) {
      // another JDK: then there is nothing to keep away
    }
  }

  /** See {@link Scheduler#yieldToNetwork}; on the JDK's scheduler a mere yield. */
  public static void yieldToNetwork() {
    Scheduler scheduler = get().scheduler();
    if (scheduler != null) {
      scheduler.yieldToNetwork();
    } else {
      Thread.yield();
    }
  }

  /** Null under the JDK's scheduler. */
  public @Nullable Scheduler scheduler() {
    return scheduler;
  }

  public PollLoop[] loops() {
    return loops;
  }

  /** Why our scheduler does not run; empty when it does. */
  public String why() {
    return why;
  }

  /** The poller for the next new descriptor. */
  public Poller nextPoller() {
    Scheduler s = scheduler;
    PollLoop loop =
        s != null
            ? s.nextLoop()
            : loops[(placement.getAndIncrement() & Integer.MAX_VALUE) % loops.length];
    return (Poller) loop.net();
  }

  /** An unstarted virtual thread on our scheduler, or on the JDK's. */
  public Thread newThread(@Nullable String name, Runnable task) {
    Scheduler s = scheduler;
    if (s != null) {
      return s.newThread(name, task);
    }
    Thread.Builder.OfVirtual builder = Thread.ofVirtual();
    return (name == null ? builder : builder.name(name)).unstarted(task);
  }
}
