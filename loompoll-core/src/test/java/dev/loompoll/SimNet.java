package dev.loompoll;

import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.poll.sim.SimPoller;
import dev.loompoll.internal.sched.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The public API over the simulated kernel: listeners, connections and goroutines of one seed. */
final class SimNet {
  final SplittableRandom random;
  private final SimPoller poller;
  private final Scheduler scheduler;
  private final CompletableFuture<Void> outcome = new CompletableFuture<>();
  private final List<Thread> goroutines = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();

  private SimNet(long seed) {
    random = new SplittableRandom(seed);
    SplittableRandom picks = random.split();
    poller =
        new SimPoller(
            random.nextLong(), () -> outcome.completeExceptionally(new AssertionError(asleep())));
    scheduler = new Scheduler(1, () -> poller, poller, picks::nextInt);
    poller.attach(scheduler.loops()[0]);
  }

  private String asleep() {
    StringBuilder b = new StringBuilder("all goroutines are asleep, " + poller);
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

  /** Runs a scenario to its end and looks for what it left behind. */
  static void run(long seed, Scenario scenario) {
    SimNet net = new SimNet(seed);
    net.go(() -> net.main(scenario));
    net.scheduler.start();
    try {
      net.outcome.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      net.poller.stop();
      Throwable cause = e.getCause() != null ? e.getCause() : e;
      throw new AssertionError("seed " + seed + ": " + cause + " " + net.failures, cause);
    }
  }

  private void main(Scenario scenario) {
    try {
      scenario.run(this);
      for (int i = 1; i < goroutines.size(); i++) { // more may be added meanwhile
        goroutines.get(i).join();
      }
      if (!failures.isEmpty()) {
        throw failures.getFirst();
      }
      if (poller.openSockets() != 0 || poller.registered() != 0) {
        throw new AssertionError(
            "left open: " + poller.openSockets() + " sockets, " + poller.registered() + " slots");
      }
      outcome.complete(null);
    } catch (Throwable t) {
      outcome.completeExceptionally(t);
    } finally {
      poller.stop();
    }
  }

  Thread go(Loompoll.Task task) {
    Thread t =
        scheduler.newThread(
            null,
            () -> {
              try {
                task.run();
              } catch (Throwable e) {
                failures.add(e);
              }
            });
    goroutines.add(t);
    t.start();
    return t;
  }

  long now() {
    return poller.nanos();
  }

  Listener listen() {
    int fd = poller.listen();
    NetFD netfd = NetFD.simulated(fd, poller, poller.address(fd), null);
    netfd.register();
    return new Listener(netfd, false, () -> poller);
  }

  Conn dial(Listener to) throws IOException {
    return dial(to.address().getPort(), null);
  }

  Conn dial(int port, Duration timeout) throws IOException {
    int fd = poller.socket();
    byte[] remote = {2, 0, (byte) (port >>> 8), (byte) port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    NetFD netfd = NetFD.simulated(fd, poller, poller.address(fd), remote);
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
    poller.shutdownWrite(fd(conn));
  }

  void abort(Conn conn) throws IOException {
    poller.abort(fd(conn));
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
