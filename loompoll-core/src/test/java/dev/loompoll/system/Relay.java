package dev.loompoll.system;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.ConnClosedException;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.io.IOException;

/**
 * A child that connects its clients to where they want to go: to the port of this machine that
 * their first two bytes say. A half-close is handed on as such, and what breaks one side breaks the
 * other.
 */
final class Relay {
  private Relay() {}

  public static void main(String[] args) throws Exception {
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    go("accept", () -> accept(listener));
    Console.serve(listener.address().getPort(), command -> Console.stats());
  }

  private static void accept(Listener listener) throws IOException {
    while (true) {
      Conn client = listener.accept();
      go(() -> relay(client));
    }
  }

  private static void relay(Conn client) throws Exception {
    try (client) {
      byte[] port = client.inputStream().readNBytes(2);
      String target = "127.0.0.1:" + ((port[0] & 0xff) << 8 | port[1] & 0xff);
      try (Conn server = Net.dial("tcp", target)) {
        Thread back = go(() -> copy(server, client));
        copy(client, server);
        back.join();
      }
    }
  }

  private static void copy(Conn from, Conn to) throws IOException {
    try {
      byte[] b = new byte[32 * 1024];
      for (int n; (n = from.read(b)) > 0; ) {
        to.write(b, 0, n);
      }
      to.closeWrite();
    } catch (IOException e) {
      reset(from);
      reset(to);
    }
  }

  private static void reset(Conn conn) throws IOException {
    try (conn) {
      conn.setLinger(0);
    } catch (ConnClosedException e) {
      // by the other direction
    }
  }
}
