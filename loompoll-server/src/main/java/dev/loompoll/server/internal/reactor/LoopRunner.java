package dev.loompoll.server.internal.reactor;

import dev.loompoll.Listener;
import dev.loompoll.server.internal.Runner;
import dev.loompoll.server.internal.Service;
import java.io.IOException;
import java.util.List;

/** The single reactor: one thread accepts, does the I/O and runs the handlers. */
public final class LoopRunner<Q, R> implements Runner {
  private final Service<Q, R> service;
  private final Loops loops = new Loops();

  public LoopRunner(Service<Q, R> service) {
    this.service = service;
  }

  @Override
  public void start(List<Listener> listeners) throws IOException {
    Timeouts timeouts = Timeouts.of(service.limits());
    EventLoop loop = loops.open(service, timeouts, "loop");
    loops.accept(listeners, new Intake<>(service, null, timeouts, () -> loop), service);
    loops.start();
  }

  /** An {@link Acceptor} adds nothing any more once its listener's close has returned. */
  @Override
  public void stopAccepting() {}

  @Override
  public void end() throws InterruptedException {
    loops.end();
  }
}
