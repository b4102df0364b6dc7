package dev.loompoll;

import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.poll.Poller;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.poll.sim.SimKernel;
import dev.loompoll.internal.poll.sim.SimPoller;
import dev.loompoll.internal.sched.PollLoop;
import dev.loompoll.internal.sched.Scheduler;
import dev.loompoll.internal.sched.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * The public API over the simulated kernel: listeners, connections and goroutines of one seed, on
 * as many Ps as wanted.
 */
final class SimNet {
  final SplittableRandom random;
  final int procs;
  private final SimKernel kernel;
  private final Scheduler scheduler;
  private Throwable failure;

  private final List<Thread> goroutines = new ArrayList<>();

  /** What each completes at its end. */
  private final Map<Thread, CompletableFuture<Void>> ends = new HashMap<>();

  /** For the thread that is none of the scheduler's. */
  private final Queue<Loompoll.Task> outside = new ArrayDeque<>();

  private SimNet(long seed, int procs) {
    this.random = new SplittableRandom(seed);
    this.procs = procs;
    this.kernel =
        new SimKernel(random, this::wrongWhileAllSleep, what -> fail(new AssertionError(what)));
    this.scheduler = new Scheduler(procs, () -> new SimPoller(kernel), kernel, kernel);
    for (PollLoop loop : scheduler.loops()) {
      ((Poller) loop.net()).attach(loop);
    }
  }

  private String wrongWhileAllSleep() {
    return Waiting.whileAllSleep(scheduler);
  }

  /** The first one counts: it may have caused the others. */
  private void fail(Throwable t) {
    if (failure == null) {
      failure = t;
    }
    kernel.stop();
  }

  private String state() {
    StringBuilder b = new StringBuilder().append(kernel);
    for (Thread t : goroutines) {
      if (t.isAlive()) {
        b.append("\n  ").append(t);
        for (StackTraceElement e : t.getStackTrace()) {
          if (e.getClassName().startsWith("dev.loompoll")) {
            b.append("\n      ").append(e);
          }
        }
      }
    }
    return b.toString();
  }

  interface Scenario {
    void run(SimNet net) throws Exception;
  }

  /**
   * Runs a scenario to its end and looks for what it left behind.
   *
   * @return the same for the same course of things
   */
  static long run(long seed, int procs, Scenario scenario) {
    SimNet net = new SimNet(seed, procs);
    try {
      net.go(() -> net.main(scenario));
      net.scheduler.start();
      net.kernel.begin(procs);
      net.workOutside();
      net.kernel.awaitEnd();
    } catch (Throwable t) {
      net.failure = net.failure != null ? net.failure : t;
    }
    if (net.failure != null) {
      throw new AssertionError(
          "seed " + seed + ", Ps " + procs + ": " + net.failure.getMessage() + ", " + net.state(),
          net.failure);
    }
    return net.kernel.fingerprint();
  }

  private void main(Scenario scenario) throws Exception {
    scenario.run(this);
    joinAll();
    int registered = 0;
    for (PollLoop loop : scheduler.loops()) {
      registered += ((Poller) loop.net()).registered();
    }
    if (kernel.openSockets() != 0 || registered != 0) {
      throw new AssertionError(
          "left open: " + kernel.openSockets() + " sockets, " + registered + " slots");
    }
    kernel.stop();
  }

  /** A goroutine, started by the caller or by the thread that is none of the scheduler's. */
  Thread go(Loompoll.Task task) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    Thread t =
        scheduler.newThread(
            null,
            () -> {
              try {
                task.run();
              } catch (Throwable e) {
                fail(e);
              }
              ended.complete(null);
            });
    goroutines.add(t);
    ends.put(t, ended);
    if (goroutines.size() > 1 && random.nextInt(4) == 0) {
      outside(t::start);
    } else {
      t.start();
    }
    return t;
  }

  /** Waits for the end of a goroutine, which may not have started yet. */
  void join(Thread goroutine) {
    ends.get(goroutine).join();
  }

  /** Waits for the end of all but the first, which calls. */
  void joinAll() {
    for (int i = 1; i < goroutines.size(); i++) { // more may be added meanwhile
      join(goroutines.get(i));
    }
  }

  /**
   * Leaves it to a thread that is none of the scheduler's. It must not block: in a simulation that
   * thread waits for nobody.
   */
  void outside(Loompoll.Task task) {
    outside.add(task);
  }

  private void workOutside() {
    while (!kernel.isOver()) {
      Loompoll.Task task = outside.poll();
      if (task == null) {
        kernel.sleepUntil(() -> !outside.isEmpty());
        continue;
      }
      try {
        task.run();
      } catch (ConnClosedException e) {
        // it came too late
      } catch (Throwable t) {
        fail(t);
      }
    }
  }

  long now() {
    return kernel.now();
  }

  /** Lets some time pass, in nanoseconds. */
  void pass(int atMost) {
    kernel.pass(atMost);
  }

  Listener listen() {
    int fd = kernel.listen();
    NetFD netfd = NetFD.simulated(fd, nextPoller(), kernel.address(fd), null);
    netfd.register();
    return new Listener(netfd, false, this::nextPoller);
  }

  private Poller nextPoller() {
    return (Poller) scheduler.nextLoop().net();
  }

  Conn dial(Listener to) throws IOException {
    return dial(to.address().getPort(), null);
  }

  Conn dial(int port, Duration timeout) throws IOException {
    int fd = kernel.socket();
    byte[] remote = {2, 0, (byte) (port >>> 8), (byte) port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    NetFD netfd = NetFD.simulated(fd, nextPoller(), kernel.address(fd), remote);
    Conn conn = new Conn(netfd);
    if (timeout != null) {
      conn.setWriteDeadline(timeout);
    }
    int code = netfd.connect(remote);
    if (code != Result.OK) {
      conn.close();
      throw Failures.of("dial", netfd, Result.of(0, code));
    }
    conn.clearWriteDeadline();
    return conn;
  }

  void closeWrite(Conn conn) {
    kernel.shutdownWrite(fd(conn));
  }

  void abort(Conn conn) throws IOException {
    kernel.abort(fd(conn));
    conn.close();
  }

  private static int fd(Conn conn) {
    int[] fd = new int[1];
    try {
      conn.rawControl(
          n -> {
            fd[0] = n;
            return true;
          });
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return fd[0];
  }
}
