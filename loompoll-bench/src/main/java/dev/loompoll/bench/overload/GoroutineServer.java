package dev.loompoll.bench.overload;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.ListenConfig;
import dev.loompoll.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A goroutine a connection, and nothing else: what the seed pages warn of. */
public final class GoroutineServer {
  private GoroutineServer() {}

  public static void main(String[] args) throws Exception {
    BareFrames frames = new BareFrames(Busy.calibrate(), ServerMain.options(args));
    try (Listener listener =
        ListenConfig.create()
            .backlog(ServerMain.BACKLOG)
            .listen(new InetSocketAddress("127.0.0.1", 0))) {
      Thread acceptor = go("accept", () -> accept(listener, frames));
      ServerMain.listening(listener.address(), frames::stats);
      acceptor.join();
    }
  }

  private static void accept(Listener listener, BareFrames frames) throws IOException {
    while (true) {
      Conn conn = listener.accept();
      frames.accepted.increment();
      go(() -> serve(conn, frames));
    }
  }

  private static void serve(Conn conn, BareFrames frames) {
    try (conn) {
      frames.serve(
          new BareFrames.Stream() {
            @Override
            public int read(byte[] b, int offset, int length) throws IOException {
              return conn.read(b, offset, length);
            }

            @Override
            public void write(byte[] b) throws IOException {
              conn.write(b, 0, b.length);
            }
          });
    } catch (IOException e) {
      // the generator is done with it
    }
  }
}
