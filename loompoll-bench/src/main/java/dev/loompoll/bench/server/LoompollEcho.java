package dev.loompoll.bench.server;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.ConnResetException;
import dev.loompoll.ListenConfig;
import dev.loompoll.Listener;
import dev.loompoll.Loompoll;
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
      Thread acceptor = go("accept", () -> accept(listener, options.buffer()));
      Loompoll.Runtime runtime = Loompoll.runtime();
      System.out.println(
          runtime.scheduler()
              ? "loompoll scheduler, " + runtime.procs() + " procs"
              : "the JDK's scheduler: " + runtime.why());
      options.listening(listener.address(), task -> go(task::run));
      acceptor.join();
    }
  }

  private static void accept(Listener listener, int buffer) throws IOException {
    while (true) {
      Conn conn = listener.accept();
      go(() -> echo(conn, buffer));
    }
  }

  private static void echo(Conn conn, int buffer) throws IOException {
    try (conn) {
      byte[] packet = new byte[buffer];
      for (int n; (n = conn.read(packet)) > 0; ) {
        conn.write(packet, 0, n);
      }
    } catch (ConnResetException e) {
      // the generator is done with it
    }
  }
}
