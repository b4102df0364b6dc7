package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.server.Codec;
import dev.loompoll.server.Handler;
import dev.loompoll.server.internal.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/** A connection that one goroutine or thread serves: it reads, handles and writes, in turn. */
final class BlockingConnection<Q, R> extends Connection implements Runnable {
  private final Service<Q, R> service;
  private final Codec<Q, R> codec;
  private final Supplier<Handler<Q, R>> handlers;
  private final Guards guards;
  private final ThreadFactory threads;

  BlockingConnection(
      Service<Q, R> service,
      Codec<Q, R> codec,
      Supplier<Handler<Q, R>> handlers,
      Guards guards,
      ThreadFactory threads,
      Conn conn,
      InetAddress peer) {
    super(service, conn, peer);
    this.service = service;
    this.codec = codec;
    this.handlers = handlers;
    this.guards = guards;
    this.threads = threads;
  }

  @Override
  void start() {
    threads.newThread(this).start();
  }

  @Override
  public void run() {
    try {
      var answers = new DirectAnswers<>(this, codec, guards);
      Lingering lingering = Lingering.ALWAYS;
      try {
        lingering = converse(answers);
      } catch (RuntimeException | Error e) { // the codec's, or of who makes handlers
        service.failures().accept(e);
      }
      if (answers.flush()) {
        lingering.end(conn);
      }
    } catch (IOException e) {
      // the client has gone, or the connection was closed: whoever closed it counted that
    } catch (Throwable t) {
      service.failures().accept(t);
    } finally {
      close(null);
    }
  }

  /** Until nothing more is read, or answered. */
  private Lingering converse(DirectAnswers<R> answers) throws IOException {
    var handling = new Handling<>(service, handlers.get(), answers);
    var requests = new Requests<>(this, service.admission(), guards, codec.newDecoder());
    if (!handling.opened()) {
      return Lingering.ALWAYS;
    }
    for (; ; ) {
      for (Q q; (q = requests.next()) != null; ) {
        if (!handling.handle(q)) {
          return Lingering.ALWAYS;
        }
      }
      if (!answers.flush()) {
        return Lingering.NOT;
      }
      switch (requests.more()) {
        case BYTES -> {}
        case END -> {
          Q q = requests.last();
          if ((q == null || handling.handle(q)) && requests.whole()) {
            var unused = handling.ended();
          }
          return Lingering.NOT;
        }
        case STOPPED -> {
          return Lingering.ALWAYS;
        }
        case STOPPED_WAITING -> {
          return Lingering.IF_UNREAD;
        }
      }
    }
  }
}
