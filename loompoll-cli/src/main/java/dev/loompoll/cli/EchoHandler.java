package dev.loompoll.cli;

import dev.loompoll.Conn;
import java.io.IOException;

/** One connection of the echo server: plain blocking code on a goroutine of its own. */
final class EchoHandler {
  private EchoHandler() {}

  static void echo(Conn conn) throws IOException {
    try (conn) {
      byte[] packet = new byte[4096];
      for (int n; (n = conn.read(packet)) > 0; ) {
        conn.write(packet, 0, n);
      }
    }
  }
}
