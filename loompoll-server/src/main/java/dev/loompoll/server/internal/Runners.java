package dev.loompoll.server.internal;

import dev.loompoll.Loompoll;
import dev.loompoll.server.Model;
import dev.loompoll.server.Workers;
import dev.loompoll.server.internal.blocking.BlockingRunner;
import dev.loompoll.server.internal.blocking.PipelineRunner;
import dev.loompoll.server.internal.reactor.ClassicRunner;
import dev.loompoll.server.internal.reactor.LoopRunner;
import dev.loompoll.server.internal.reactor.ReactorRunner;

/** Makes the runner of a model. */
public final class Runners {
  private Runners() {}

  public static <Q, R> Runner of(
      Model model, int reactors, Workers workers, Service<Q, R> service) {
    return switch (model) {
      case GOROUTINE -> new BlockingRunner<>(service, Loompoll.threadFactory());
      case THREAD -> new BlockingRunner<>(service, Thread.ofPlatform().name("conn-", 0).factory());
      case PIPELINE -> new PipelineRunner<>(service);
      case REACTOR -> new ReactorRunner<>(service, reactors, workers);
      case CLASSIC -> new ClassicRunner<>(service, workers);
      case LOOP -> new LoopRunner<>(service);
    };
  }
}
