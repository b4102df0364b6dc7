package dev.loompoll.server.internal.blocking;

import dev.loompoll.Listener;
import dev.loompoll.server.internal.Runner;
import dev.loompoll.server.internal.Service;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/** What the blocking models have in common: an acceptor for each listener, and no other threads. */
abstract class Acceptors implements Runner {
  private final Service<?, ?> service;
  private final ThreadFactory threads;
  private final Acceptor.Maker maker;

  /** Written by {@link #start}, which happens before the other methods are called. */
  private List<Acceptor> acceptors = List.of();

  Acceptors(Service<?, ?> service, ThreadFactory threads, Acceptor.Maker maker) {
    this.service = service;
    this.threads = threads;
    this.maker = maker;
  }

  @Override
  public final void start(List<Listener> listeners) {
    acceptors = listeners.stream().map(l -> new Acceptor(l, service, maker, threads)).toList();
    acceptors.forEach(Acceptor::start);
  }

  @Override
  public final void stopAccepting() throws InterruptedException {
    acceptors.forEach(Acceptor::stop);
    for (Acceptor acceptor : acceptors) {
      acceptor.join();
    }
  }

  /** Each connection has ended its own. */
  @Override
  public final void end() {}
}
