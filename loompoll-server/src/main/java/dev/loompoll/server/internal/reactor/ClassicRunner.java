package dev.loompoll.server.internal.reactor;

import dev.loompoll.Listener;
import dev.loompoll.internal.net.ListenerAccess;
import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.server.Workers;
import dev.loompoll.server.internal.Runner;
import dev.loompoll.server.internal.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * A thread for each listener accepts by blocking calls; one I/O thread reads, decodes into the
 * queue of the {@link WorkerPool workers}, and sends what they answer, woken for it.
 */
public final class ClassicRunner<Q, R> implements Runner {
  private static final long PAUSE_AFTER_FAILURE = 1_000_000_000;

  private final Service<Q, R> service;
  private final WorkerPool workers;
  private final Loops loops = new Loops();
  private final List<Thread> acceptors = new ArrayList<>();
  private final CountDownLatch stopping = new CountDownLatch(1);

  public ClassicRunner(Service<Q, R> service, Workers workers) {
    this.service = service;
    this.workers = new WorkerPool(workers);
  }

  @Override
  public void start(List<Listener> listeners) throws IOException {
    Timeouts timeouts = Timeouts.of(service.limits());
    EventLoop loop = loops.open(service, timeouts, "classic-io");
    loops.start();
    for (Listener listener : listeners) {
      Intake<Q, R> intake = new Intake<>(service, workers, timeouts, () -> loop);
      acceptors.add(
          Thread.ofPlatform()
              .daemon()
              .name("classic-accept-" + acceptors.size())
              .start(() -> accept(ListenerAccess.fd(listener), intake)));
    }
  }

  /** Until the listener is closed. Nobody interrupts this thread. */
  private void accept(NetFD listener, Intake<Q, R> intake) {
    byte[] address = new byte[SocketAddresses.MAX_LENGTH];
    int[] length = new int[1];
    IntPredicate shortage = fd -> intake.shortage(fd) > 0;
    while (stopping.getCount() > 0) {
      try {
        service.admission().await();
        long result = listener.accept(address, length);
        int code = Result.code(result);
        if (code == Result.OK) {
          intake.accepted(Result.count(result), address);
        } else if (code == Result.CLOSED) {
          return;
        } else if (Errno.isResourceShortage(code)) {
          var unused = listener.control(shortage); // the admission will make it wait
        } else if (!Acceptor.isOfOneConnection(code)) {
          throw new SystemCallFailure("accept", code);
        }
      } catch (Throwable t) {
        intake.failed(t);
        pauseAfterFailure();
      }
    }
  }

  private void pauseAfterFailure() {
    try {
      var unused = stopping.await(PAUSE_AFTER_FAILURE, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      // then without a pause
    }
  }

  @Override
  public void stopAccepting() throws InterruptedException {
    stopping.countDown();
    for (Thread acceptor : acceptors) {
      acceptor.join();
    }
  }

  @Override
  public void end() throws InterruptedException {
    loops.end();
    workers.end();
  }
}
