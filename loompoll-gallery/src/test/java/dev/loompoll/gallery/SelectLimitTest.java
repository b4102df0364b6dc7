package dev.loompoll.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** select(2) knows descriptors below 1024 only. */
@Timeout(120)
class SelectLimitTest {
  /** The clients are in this process too, so that about half of them are served. */
  @Test
  void beyondTheLimitConnectionsAreRefusedAndTheOthersLive() throws Exception {
    int n = 1025;
    List<Client> clients = new ArrayList<>();
    try (GalleryServer server = Gallery.open("multiplex-select", "tcp", "127.0.0.1:0")) {
      server.start();
      for (int i = 0; i < n; i++) {
        clients.add(new Client(server));
      }
      Await.until("each is one or the other", () -> server.connections() + server.refused() == n);

      int served = 0;
      for (Client client : clients) {
        served += isServed(client) ? 1 : 0;
      }

      assertThat(served).isEqualTo(server.connections()).isBetween(100, 1023);
      assertThat(server.refused()).isEqualTo(n - served);

      // A descriptor below the limit becomes free: the next is served again.
      Client leaves = clients.removeFirst();
      leaves.close();
      int left = served - 1;
      Await.until("it has left", () -> server.connections() == left);
      try (Client next = new Client(server)) {
        next.echo(Client.data(1000, 1));
      }
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  private static boolean isServed(Client client) throws IOException {
    try {
      client.out.write(17);
      return client.in.read() == 17;
    } catch (SocketException e) { // reset, for writing after it was closed
      return false;
    }
  }
}
