package dev.loompoll.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The end of a server: no new connections, time for the old ones, then a close. */
final class Drain {
  private final EchoServer server;
  private final PrintWriter err;

  Drain(EchoServer server, PrintWriter err) {
    this.server = server;
    this.err = err;
  }

  /** Returns when no connection is left. {@code hurry} completes when patience has ended. */
  void run(Duration patience, CompletableFuture<Void> hurry)
      throws IOException, InterruptedException {
    int open = server.stop();
    if (open > 0 && !patience.isZero()) {
      say("stopping; waiting for " + count(open) + ", a second signal closes at once");
    }
    var unused = hurry.thenRun(server::hurry);
    int closed = server.end(patience);
    if (closed > 0) {
      say("closed " + count(closed) + " that had not finished");
    }
  }

  private void say(String text) {
    err.println("loompoll echo: " + text);
    err.flush();
  }

  private static String count(int n) {
    return n == 1 ? "1 connection" : n + " connections";
  }
}
