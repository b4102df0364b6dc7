package dev.loompoll.server.internal.blocking;

import dev.loompoll.Loompoll;
import dev.loompoll.server.Codec;
import dev.loompoll.server.Handler;
import dev.loompoll.server.internal.Service;
import java.util.Objects;
import java.util.function.Supplier;

/** Three goroutines for each connection. */
public final class PipelineRunner<Q, R> extends Acceptors {
  public PipelineRunner(Service<Q, R> service) {
    super(service, Loompoll.threadFactory(), maker(service));
  }

  private static <Q, R> Acceptor.Maker maker(Service<Q, R> service) {
    Codec<Q, R> codec = Objects.requireNonNull(service.codec());
    Supplier<Handler<Q, R>> handlers = Objects.requireNonNull(service.handlers());
    Guards guards = Guards.of(service.limits());
    return (conn, peer) -> new PipelineConnection<>(service, codec, handlers, guards, conn, peer);
  }
}
