package dev.loompoll.bench.server;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.ConnResetException;
import dev.loompoll.ListenConfig;
import dev.loompoll.Listener;
import dev.loompoll.Loompoll;
import dev.loompoll.Stats;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Loompoll: one goroutine per connection. Which scheduler carries them is a matter of the JVM's
 * flags: the contestant {@code loompoll-fallback} is this class without {@code --add-opens}.
 */
public final class LoompollEcho {
  private LoompollEcho() {}

  public static void main(String[] args) throws Exception {
    ServerOptions options = ServerOptions.parse(args);
    try (Listener listener =
        ListenConfig.create()
            .backlog(options.backlog())
            .listen(new InetSocketAddress(options.host(), options.port()))) {
      Thread acceptor = go("accept", () -> accept(listener, options));
      Loompoll.Runtime runtime = Loompoll.runtime();
      System.out.println(
          runtime.scheduler()
              ? "loompoll scheduler, " + runtime.procs() + " procs"
              : "the JDK's scheduler: " + runtime.why());
      options.listening(listener.address(), task -> go(task::run), new HandOffs());
      acceptor.join();
    }
  }

  private static void accept(Listener listener, ServerOptions options) throws IOException {
    while (true) {
      Conn conn = listener.accept();
      go(() -> echo(conn, options.buffer(), options.locks()));
    }
  }

  private static void echo(Conn conn, int buffer, boolean locks) throws IOException {
    try (conn) {
      byte[] packet = new byte[buffer];
      for (int n; (n = conn.read(packet)) > 0; ) {
        if (locks) {
          LockHog.LOCK.lock();
          LockHog.LOCK.unlock();
        }
        conn.write(packet, 0, n);
      }
    } catch (ConnResetException e) {
      // the generator is done with it
    }
  }

  /** What the scheduler did in a turn. */
  private static final class HandOffs implements ServerOptions.Turns {
    private Stats before = Loompoll.stats();

    @Override
    public void begin() {
      before = Loompoll.stats();
    }

    @Override
    public String report() {
      Stats now = Loompoll.stats();
      return "handOffs=%d demotions=%d machines=%d"
          .formatted(
              now.handOffs() - before.handOffs(),
              now.demotions() - before.demotions(),
              now.machines());
    }
  }
}
