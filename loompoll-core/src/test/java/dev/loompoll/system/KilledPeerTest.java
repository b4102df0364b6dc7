package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Conn;
import dev.loompoll.ConnResetException;
import dev.loompoll.Net;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGKILL to one end; the other gets the end of the stream or a reset, and does not hang. */
@Tag("system")
@Timeout(300)
class KilledPeerTest {
  private static final int CONNECTIONS = 8;
  private static final Duration LIMIT = Duration.ofSeconds(Tools.LIMIT_SECONDS);

  @ParameterizedTest
  @ValueSource(strings = {"idle", "flooding", "deaf"})
  void theClientIsKilled(String kind) throws IOException {
    try (Child server = Child.start(EchoServer.class)) {
      int fds = server.numbers("fds").get("fds");
      kill(server, kind);
      server.await("goroutines", 1);
      Map<String, Integer> stats = server.numbers("stats");
      assertEquals("", server.ask("failures"));
      assertEquals(CONNECTIONS, stats.get("eof") + stats.get("reset"));
      switch (kind) {
        case "idle" -> assertEquals(CONNECTIONS, stats.get("eof"));
        case "deaf" -> assertEquals(CONNECTIONS, stats.get("reset"));
        default -> {}
      }
      assertEquals(1, stats.get("connections"));
      assertEquals(fds, server.numbers("fds").get("fds"));
      Clients.echo(server.port(), 1, 1);
    }
  }

  private static void kill(Child server, String kind) throws IOException {
    String port = Integer.toString(server.port());
    String connections = Integer.toString(CONNECTIONS);
    try (Child client = Child.start(PlainPeer.class, port, kind, connections)) {
      server.await("accepts", CONNECTIONS);
      switch (kind) {
        case "flooding" -> server.await("kilobytes", n -> n > 10_000);
        case "deaf" -> awaitStandstill(server);
        default -> {}
      }
      client.kill();
    }
  }

  /** All writers wait: nothing moves while it is asked again and again. */
  private static void awaitStandstill(Child server) {
    int moved = -1;
    for (int same = 0; same < 200; ) {
      Map<String, Integer> stats = server.numbers("stats");
      boolean still = stats.get("writing") == CONNECTIONS && stats.get("kilobytes") == moved;
      same = still ? same + 1 : 0;
      moved = stats.get("kilobytes");
    }
  }

  @Test
  void theServerIsKilledWhileAReaderWaits() throws IOException {
    try (Child server = Child.start(EchoServer.class);
        Conn conn = Net.dial("tcp", "127.0.0.1:" + server.port())) {
      conn.setDeadline(LIMIT);
      byte[] message = {1, 2, 3};
      conn.write(message);
      assertEquals(3, conn.inputStream().readNBytes(3).length);
      server.kill();
      assertEquals(-1, conn.read(message));
    }
  }

  @Test
  void theServerIsKilledUnderAWriterThatDoesNotRead() throws IOException {
    try (Child server = Child.start(EchoServer.class);
        Conn conn = Net.dial("tcp", "127.0.0.1:" + server.port())) {
      conn.setDeadline(LIMIT);
      byte[] chunk = new byte[64 * 1024];
      Thread killer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    server.await("kilobytes", n -> n > 100);
                    server.kill();
                  });
      try {
        while (true) {
          conn.write(chunk);
        }
      } catch (ConnResetException e) {
        assertTrue(e.getMessage().startsWith("write tcp 127.0.0.1:"), e.getMessage());
      }
      killer.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
