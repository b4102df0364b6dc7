package dev.loompoll.cli;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.ConnClosedException;
import dev.loompoll.Listener;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Accepts, one goroutine a connection, and knows which connections live. */
final class EchoServer {
  private final Listener listener;
  private final Consumer<Throwable> failures;

  private final Set<Conn> live = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();
  private final CompletableFuture<Void> finished = new CompletableFuture<>();

  /** Set when no connection can join {@link #live} any more. */
  private volatile boolean stopped;

  /** Set when the connections that are left are closed from here. */
  private volatile boolean closing;

  EchoServer(Listener listener, Consumer<Throwable> failures) {
    this.listener = listener;
    this.failures = failures;
  }

  /** Starts to accept; {@code failed} completes if that comes to an end by itself. */
  void start(CompletableFuture<?> failed) {
    go(
        "accept",
        () -> {
          try {
            acceptAll();
          } catch (Throwable t) {
            failed.completeExceptionally(t);
          } finally {
            accepted.complete(null);
          }
        });
  }

  private void acceptAll() {
    while (listener.isOpen()) {
      try {
        Conn conn = listener.accept();
        live.add(conn); // here, not on its goroutine, so that stop() misses none
        go(() -> serve(conn));
      } catch (ConnClosedException e) {
        return; // by stop()
      } catch (IOException e) {
        failures.accept(e); // that connection's trouble, not the listener's
      }
    }
  }

  private void serve(Conn conn) {
    try {
      EchoHandler.echo(conn);
    } catch (Throwable t) {
      if (!closing) {
        failures.accept(t);
      }
    } finally {
      live.remove(conn);
      if (stopped && live.isEmpty()) {
        finished.complete(null);
      }
    }
  }

  /** Accepts no more; returns how many connections are left. */
  int stop() throws IOException {
    listener.close();
    accepted.join(); // what was being accepted is in live now
    stopped = true;
    // After the volatile write: either this sees the last connection gone, or that sees stopped.
    if (live.isEmpty()) {
      finished.complete(null);
    }
    return live.size();
  }

  /** Completes when, after {@link #stop}, the last connection has ended. */
  CompletableFuture<Void> finished() {
    return finished;
  }

  /** Closes the connections that are left; returns how many. */
  int close() {
    closing = true;
    int n = 0;
    for (Conn conn : live) {
      try {
        conn.close();
      } catch (IOException e) {
        failures.accept(e); // the others are closed all the same
      }
      n++;
    }
    return n;
  }
}
