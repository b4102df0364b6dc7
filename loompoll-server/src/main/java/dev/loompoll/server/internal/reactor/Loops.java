package dev.loompoll.server.internal.reactor;

import dev.loompoll.Listener;
import dev.loompoll.server.internal.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The loops of a server, from their opening to their end. Of the threads that do that, in turn. */
final class Loops {
  private final List<EventLoop> loops = new ArrayList<>();

  /** Not started yet; frees the others if that fails. */
  EventLoop open(Service<?, ?> service, Timeouts timeouts, String name) throws IOException {
    try {
      EventLoop loop =
          new EventLoop(
              name,
              timeouts.sweep(),
              System::nanoTime,
              service.gate()::saturated,
              service.failures());
      loops.add(loop);
      return loop;
    } catch (IOException e) {
      discard();
      throw e;
    }
  }

  /** The first loop takes the listeners over; frees all if that fails. */
  void accept(List<Listener> listeners, Intake<?, ?> intake, Service<?, ?> service)
      throws IOException {
    EventLoop loop = loops.getFirst();
    List<Acceptor> acceptors = new ArrayList<>();
    try {
      for (Listener listener : listeners) {
        Acceptor acceptor = new Acceptor(listener, loop, intake, service.admission());
        acceptor.watch();
        acceptors.add(acceptor);
      }
    } catch (IOException e) {
      discard();
      throw e;
    }
    service.admission().onRoom(() -> loop.execute(() -> acceptors.forEach(Acceptor::run)));
  }

  private void discard() {
    for (EventLoop loop : loops) {
      loop.discard();
    }
    loops.clear();
  }

  void start() {
    for (EventLoop loop : loops) {
      loop.start();
    }
  }

  /** Of several; the others go on. */
  void endFirst() throws InterruptedException {
    loops.removeFirst().end();
  }

  void end() throws InterruptedException {
    for (EventLoop loop : loops) {
      loop.end();
    }
  }
}
