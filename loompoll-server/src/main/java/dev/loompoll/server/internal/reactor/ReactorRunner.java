package dev.loompoll.server.internal.reactor;

import dev.loompoll.Listener;
import dev.loompoll.server.Workers;
import dev.loompoll.server.internal.Runner;
import dev.loompoll.server.internal.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A main reactor accepts and hands connections round-robin to sub-reactors, which do all I/O;
 * {@link WorkerPool workers} run the handlers.
 */
public final class ReactorRunner<Q, R> implements Runner {
  private final Service<Q, R> service;
  private final int reactors;
  private final WorkerPool workers;
  private final Loops loops = new Loops();

  /** Of the main reactor. */
  private int next;

  public ReactorRunner(Service<Q, R> service, int reactors, Workers workers) {
    this.service = service;
    this.reactors = reactors;
    this.workers = new WorkerPool(workers);
  }

  @Override
  public void start(List<Listener> listeners) throws IOException {
    Timeouts timeouts = Timeouts.of(service.limits());
    loops.open(service, timeouts, "reactor-main");
    List<EventLoop> subs = new ArrayList<>();
    for (int i = 0; i < reactors; i++) {
      subs.add(loops.open(service, timeouts, "reactor-" + i));
    }
    Intake<Q, R> intake =
        new Intake<>(service, workers, timeouts, () -> subs.get(Math.floorMod(next++, reactors)));
    loops.accept(listeners, intake, service);
    loops.start();
  }

  @Override
  public void stopAccepting() throws InterruptedException {
    loops.endFirst();
  }

  @Override
  public void end() throws InterruptedException {
    loops.end();
    workers.end();
  }
}
