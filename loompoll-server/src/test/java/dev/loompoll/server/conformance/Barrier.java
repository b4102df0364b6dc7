package dev.loompoll.server.conformance;

import dev.loompoll.server.Handler;
import dev.loompoll.server.Reply;
import java.util.concurrent.CountDownLatch;

/** Requests wait in it, in the middle of their handling, until it is opened. */
final class Barrier implements Handler<String, String> {
  private final CountDownLatch open = new CountDownLatch(1);
  private final CountDownLatch waiting;

  /** For {@link #await}. */
  Barrier(int requests) {
    waiting = new CountDownLatch(requests);
  }

  @Override
  public void handle(String request, Reply<String> reply) throws Exception {
    waiting.countDown();
    open.await();
    reply.send(request);
  }

  /** Until so many requests are in it. */
  void await() throws InterruptedException {
    waiting.await();
  }

  void open() {
    open.countDown();
  }
}
