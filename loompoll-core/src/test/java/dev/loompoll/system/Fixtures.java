package dev.loompoll.system;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.ConnResetException;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A child that says just enough of a protocol for a real client to be satisfied: {@code http} or
 * {@code redis}. Fixtures, not implementations.
 */
final class Fixtures {
  private static final AtomicInteger REQUESTS = new AtomicInteger();

  /** What to answer to the next request; null at the end of the stream. */
  private interface Protocol {
    String answer(BufferedReader in) throws IOException;
  }

  private Fixtures() {}

  public static void main(String[] args) throws Exception {
    Protocol protocol = args[0].equals("http") ? Fixtures::http : Fixtures::redis;
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    go(
        "accept",
        () -> {
          while (true) {
            Conn conn = listener.accept();
            go(() -> serve(conn, protocol));
          }
        });
    Console.serve(
        listener.address().getPort(), command -> Console.stats() + ", requests=" + REQUESTS.get());
  }

  private static void serve(Conn conn, Protocol protocol) throws IOException {
    try (conn) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(conn.inputStream(), StandardCharsets.ISO_8859_1));
      OutputStream out = conn.outputStream();
      ByteArrayOutputStream batch = new ByteArrayOutputStream();
      for (String answer; (answer = protocol.answer(in)) != null; ) {
        REQUESTS.incrementAndGet();
        batch.writeBytes(answer.getBytes(StandardCharsets.ISO_8859_1));
        if (!in.ready()) { // of what is pipelined, the last
          batch.writeTo(out);
          batch.reset();
        }
      }
    } catch (ConnResetException e) {
      // wrk leaves like this
    }
  }

  private static String http(BufferedReader in) throws IOException {
    String request = in.readLine();
    for (String header = request; header != null && !header.isEmpty(); ) {
      header = in.readLine();
    }
    return request == null
        ? null
        : "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n";
  }

  private static String redis(BufferedReader in) throws IOException {
    String line = in.readLine();
    if (line == null || !line.startsWith("*")) {
      return line == null ? null : "+PONG\r\n";
    }
    for (int i = 0; i < 2 * Integer.parseInt(line.substring(1)); i++) {
      in.readLine(); // a length, and what has it
    }
    return "-ERR unknown command\r\n";
  }
}
