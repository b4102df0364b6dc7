package dev.loompoll.server.internal.blocking;

import dev.loompoll.internal.net.Engine;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Reply;
import dev.loompoll.server.internal.Service;
import dev.loompoll.server.internal.Tally;
import dev.loompoll.server.internal.gate.Gate;

/**
 * Brings the requests of one connection through the gate to their handler. On one thread, which
 * makes it. Each method says whether the connection goes on; if not, it is to end after the answers
 * that were sent.
 */
final class Handling<Q, R> {
  private final Service<Q, R> service;
  private final Gate gate;
  private final Tally tally;
  private final Handler<Q, R> handler;
  private final Answers<R> answers;
  private final Turn turn = new Turn();

  /** The request that is being handled is in the gate's count. */
  private boolean inside;

  Handling(Service<Q, R> service, Handler<Q, R> handler, Answers<R> answers) {
    this.service = service;
    this.gate = service.gate();
    this.tally = service.tally();
    this.handler = handler;
    this.answers = answers;
    answers.onWait(this::leave);
  }

  /**
   * Also when a handler begins to wait for its client: else a few clients that do not read what
   * they asked for would hold all places of the gate.
   */
  private void leave() {
    if (inside) {
      inside = false;
      gate.leave(turn, false);
    }
  }

  boolean opened() {
    return run(handler::opened);
  }

  boolean ended() {
    return run(handler::ended);
  }

  boolean handle(Q request) {
    if (!answers.begin()) {
      return false;
    }
    boolean atOnce = gate.enter(turn.again());
    if (!atOnce) {
      boolean flushed = answers.flush();
      if (!turn.await()) {
        return flushed && shed(request); // the gate has counted it
      }
      if (!flushed || !answers.isOpen()) {
        gate.leave(turn, true);
        return false;
      }
    }
    tally.requests.increment();
    inside = true;
    boolean failed = true;
    try {
      if (gate.worthAYield()) {
        Engine.yieldToNetwork();
        gate.begin(turn);
      } else if (!atOnce) {
        gate.begin(turn);
      }
      handler.handle(request, answers);
      failed = false;
      tally.answered.increment();
    } catch (Throwable t) {
      tally.failed.increment();
      failed(t);
    } finally {
      if (inside) {
        inside = false;
        gate.leave(turn, failed);
      }
    }
    return !failed && !answers.closing();
  }

  private boolean shed(Q request) {
    Handler<Q, R> degraded = service.degraded();
    if (degraded == null) {
      return false;
    }
    tally.degraded.increment();
    return run(reply -> degraded.handle(request, reply));
  }

  /** What of the user's code does not go through the gate. */
  private interface Step<R> {
    void run(Reply<R> reply) throws Exception;
  }

  private boolean run(Step<R> step) {
    if (!answers.begin()) {
      return false;
    }
    try {
      step.run(answers);
      return !answers.closing();
    } catch (Throwable t) {
      failed(t);
      return false;
    }
  }

  private void failed(Throwable t) {
    if (!answers.broken()) {
      service.failures().accept(t);
    }
  }
}
