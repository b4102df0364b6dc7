package dev.loompoll;

import dev.loompoll.internal.net.Engine;
import dev.loompoll.internal.poll.Poller;
import dev.loompoll.internal.sched.Goroutines;
import dev.loompoll.internal.sched.PollLoop;
import dev.loompoll.internal.sched.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Goroutines: virtual threads on Loompoll's scheduler. Without the JVM flag {@code --add-opens
 * java.base/java.lang=...} they are virtual threads on the JDK's; everything else is the same.
 */
public final class Loompoll {
  private static final System.Logger LOG = System.getLogger("dev.loompoll");

  /** What a goroutine does. It may throw. */
  @FunctionalInterface
  public interface Task {
    void run() throws Exception;
  }

  /**
   * What was found at the start of the process.
   *
   * @param scheduler whether Loompoll's own scheduler runs
   * @param procs how many goroutines may run at once; 0 if the JDK's scheduler decides
   * @param poller the back end's name
   * @param why why Loompoll's scheduler does not run; empty if it does
   */
  public record Runtime(boolean scheduler, int procs, String poller, String why) {}

  private Loompoll() {}

  private static Engine engine() {
    Management.registerIfAsked();
    return Engine.get();
  }

  /** Starts a goroutine. */
  public static Thread go(Task task) {
    return start(null, task);
  }

  /**
   * Starts a goroutine with a name.
   *
   * <p>What it throws goes to the uncaught-exception handler that the thread, or {@link
   * Thread#setDefaultUncaughtExceptionHandler}, has; without one it becomes a log line with the
   * goroutine's name. A peer's reset, everyday on the internet, is logged at debug level.
   */
  public static Thread go(String name, Task task) {
    return start(Objects.requireNonNull(name), task);
  }

  private static Thread start(@Nullable String name, Task task) {
    Objects.requireNonNull(task);
    Engine engine = engine();
    Thread t = engine.newThread(name, new Body(engine.scheduler(), task, null));
    t.start();
    return t;
  }

  /**
   * All that a goroutine does. One object and one frame of its stack for everything of ours: there
   * are a million of them.
   */
  private record Body(@Nullable Scheduler scheduler, @Nullable Task task, @Nullable Runnable plain)
      implements Runnable {
    @Override
    public void run() {
      Goroutines.STARTED.increment(); // first: those at the gate are goroutines too
      try {
        if (scheduler != null) {
          scheduler.enter();
        }
        if (plain != null) {
          plain.run();
        } else if (task != null) {
          try {
            task.run();
          } catch (Throwable t) {
            failed(Thread.currentThread(), t);
          }
        }
      } finally {
        Goroutines.FINISHED.increment();
      }
    }
  }

  /**
   * Runs a section that blocks its thread where Loompoll cannot see it: a native call, a file, name
   * resolution. The right to run goroutines goes to another thread first, as Go does around system
   * calls, so that nothing waits behind the section; without this it takes 10 to 30 ms until that
   * is noticed. It costs about as much as waking a thread. Once the section parks the goroutine, at
   * a lock that is held, say, it goes on as any other: what blocks after that is noticed late.
   *
   * <p>On a thread that is no goroutine of ours, and on the JDK's scheduler, the section just runs.
   *
   * @throws Exception what the section throws
   */
  public static <T extends @Nullable Object> T blocking(Callable<T> section) throws Exception {
    Scheduler scheduler = engine().scheduler();
    if (scheduler == null || !scheduler.beforeBlocking()) {
      return section.call();
    }
    try {
      return section.call();
    } finally {
      Thread.yield(); // to a thread that may run goroutines
    }
  }

  private static void failed(Thread thread, Throwable t) {
    Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
    if (handler == thread.getThreadGroup()) { // nobody set one: the group would print a trace
      handler = Thread.getDefaultUncaughtExceptionHandler();
    }
    if (handler != null) {
      handler.uncaughtException(thread, t);
      return;
    }
    System.Logger.Level level =
        t instanceof ConnResetException ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
    LOG.log(level, () -> "goroutine " + label(thread) + " failed", t);
  }

  private static String label(Thread thread) {
    String name = thread.getName();
    return name.isEmpty() ? "#" + thread.threadId() : "\"" + name + "\"";
  }

  /** Makes goroutines, for libraries that take a factory. */
  public static ThreadFactory threadFactory() {
    return task -> {
      Objects.requireNonNull(task);
      Engine engine = engine();
      return engine.newThread(null, new Body(engine.scheduler(), null, task));
    };
  }

  /** Runs each task on a goroutine of its own, for libraries that take an executor. */
  public static ExecutorService newExecutor() {
    return Executors.newThreadPerTaskExecutor(threadFactory());
  }

  /**
   * Counters since the start of the process. To count the waiters it looks at every descriptor that
   * there is: some nanoseconds for each. Nothing is counted, or slower, because of it otherwise.
   */
  public static Stats stats() {
    Engine engine = engine();
    Scheduler scheduler = engine.scheduler();
    List<ProcessorStats> processors = new ArrayList<>();
    int connections = 0;
    int timers = 0;
    int waiters = 0;
    PollLoop[] loops = engine.loops();
    for (int i = 0; i < loops.length; i++) {
      Poller poller = (Poller) loops[i].net();
      int registered = poller.registered();
      int waiting = poller.waiters();
      int armed = loops[i].timers().size();
      connections += registered;
      timers += armed;
      waiters += waiting;
      if (scheduler != null) {
        Scheduler.ProcessorCounters p = scheduler.processorCounters(i);
        processors.add(
            new ProcessorStats(
                i,
                p.queueLength(),
                p.runs(),
                p.steals(),
                p.polls(),
                p.events(),
                registered,
                waiting,
                armed));
      }
    }
    Scheduler.Counters c = scheduler == null ? Scheduler.Counters.NONE : scheduler.counters();
    long finished =
        Goroutines.FINISHED.sum(); // before STARTED, so that the difference is not negative
    long started = Goroutines.STARTED.sum();
    return new Stats(
        scheduler == null ? 0 : scheduler.procs(),
        started,
        started - finished,
        connections,
        Counters.ACCEPTS.sum(),
        Counters.ACCEPT_BACKOFFS.sum(),
        Counters.DIALS.sum(),
        Counters.CLOSES.sum(),
        c.runs(),
        c.polls(),
        c.events(),
        c.steals(),
        c.wakeups(),
        c.sysmonPolls(),
        c.machines(),
        c.machineRefusals(),
        c.handOffs(),
        c.demotions(),
        timers,
        c.queued(),
        waiters,
        List.copyOf(processors));
  }

  /**
   * Shows {@link #stats} and {@link #runtime} to JMX, as {@code dev.loompoll:type=Loompoll}; see
   * {@link LoompollMXBean}. Does nothing if that is there already. The property {@code
   * loompoll.jmx=true} does the same at the first use of Loompoll. Without either, JMX is not
   * loaded.
   *
   * @throws IllegalStateException if this runtime lacks the module java.management
   */
  public static void registerMXBean() {
    Management.register();
  }

  /** What was found at the start of the process; starts Loompoll if nothing did yet. */
  public static Runtime runtime() {
    Engine engine = engine();
    Scheduler scheduler = engine.scheduler();
    return new Runtime(
        scheduler != null, scheduler == null ? 0 : scheduler.procs(), "epoll", engine.why());
  }
}
