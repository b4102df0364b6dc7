package dev.loompoll.server.internal.blocking;

import dev.loompoll.server.Codec;
import dev.loompoll.server.ConnHandler;
import dev.loompoll.server.Handler;
import dev.loompoll.server.internal.Service;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/** One goroutine, or one thread, for each connection. */
public final class BlockingRunner<Q, R> extends Acceptors {
  public BlockingRunner(Service<Q, R> service, ThreadFactory threads) {
    ThreadFactory daemons = daemons(threads);
    super(service, daemons, maker(service, daemons));
  }

  /** As goroutines are: what keeps the JVM alive is the program's affair. */
  private static ThreadFactory daemons(ThreadFactory threads) {
    return task -> {
      Thread t = threads.newThread(task);
      t.setDaemon(true);
      return t;
    };
  }

  private static <Q, R> Acceptor.Maker maker(Service<Q, R> service, ThreadFactory threads) {
    ConnHandler connHandler = service.connHandler();
    if (connHandler != null) {
      return (conn, peer) -> new HandedConnection(service, connHandler, threads, conn, peer);
    }
    Codec<Q, R> codec = Objects.requireNonNull(service.codec());
    Supplier<Handler<Q, R>> handlers = Objects.requireNonNull(service.handlers());
    Guards guards = Guards.of(service.limits());
    return (conn, peer) ->
        new BlockingConnection<>(service, codec, handlers, guards, threads, conn, peer);
  }
}
