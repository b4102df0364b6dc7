package dev.loompoll.bench.server;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.ConnResetException;
import dev.loompoll.ListenConfig;
import dev.loompoll.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * As much HTTP as it takes to hold our load generator against others: requests without a body, one
 * at a time on a connection that is kept, and always the same answer.
 */
public final class HttpHello {
  private static final byte[] ANSWER =
      ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world\n")
          .getBytes(StandardCharsets.US_ASCII);

  /** Its bytes, headers included. */
  public static final int ANSWER_BYTES = ANSWER.length;

  private HttpHello() {}

  public static void main(String[] args) throws Exception {
    ServerOptions options = ServerOptions.parse(args);
    try (Listener listener =
        ListenConfig.create()
            .backlog(options.backlog())
            .listen(new InetSocketAddress(options.host(), options.port()))) {
      Thread acceptor = go("accept", () -> accept(listener, options));
      options.listening(listener.address(), task -> go(task::run), ServerOptions.Turns.NOTHING);
      acceptor.join();
    }
  }

  private static void accept(Listener listener, ServerOptions options) throws IOException {
    while (true) {
      Conn conn = listener.accept();
      go(() -> serve(conn, options.buffer()));
    }
  }

  private static void serve(Conn conn, int buffer) throws IOException {
    try (conn) {
      byte[] in = new byte[buffer];
      int matched = 0;
      for (int n; (n = conn.read(in)) > 0; ) {
        for (int i = 0; i < n; i++) {
          matched = next(matched, in[i]);
          if (matched == 4) {
            conn.write(ANSWER, 0, ANSWER.length);
            matched = 0;
          }
        }
      }
    } catch (ConnResetException e) {
      // the generator is done with it
    }
  }

  /** How much of the empty line that ends a request has been seen. */
  private static int next(int matched, byte b) {
    boolean expected = b == (matched % 2 == 0 ? '\r' : '\n');
    return expected ? matched + 1 : b == '\r' ? 1 : 0;
  }
}
