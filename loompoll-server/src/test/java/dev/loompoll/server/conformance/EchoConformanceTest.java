package dev.loompoll.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Codecs;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Server;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every model does with a stream of bytes. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.loompoll.server.conformance.Variant#all")
@ExtendWith(Leftovers.class)
class EchoConformanceTest {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  @Parameter private Variant variant;

  @ParameterizedTest
  @ValueSource(ints = {1, KIB, 64 * KIB, MIB, 8 * MIB})
  void echo(int length) throws Exception {
    try (TestServer served = TestServer.echo(variant);
        Client client = served.connect()) {
      client.echo(Client.random(length, length));
      client.echo(Client.random(length + 1, length)); // the connection is as good as new
    }
  }

  @Test
  void halfClose() throws Exception {
    byte[] bytes = Client.random(1, 300 * KIB);
    try (TestServer served = TestServer.echo(variant);
        Client client = served.connect()) {
      Background<Void> sending =
          Background.run(
              () -> {
                client.send(bytes);
                client.sendEnd();
              });
      client.expect(bytes);
      client.expectEnd();
      sending.join();
      served.awaitOpen(0);
    }
  }

  @Test
  void clientsThatSendNothing() throws Exception {
    try (TestServer served = TestServer.echo(variant)) {
      for (int i = 0; i < 200; i++) {
        served.connect().close();
      }
      try (Client client = served.connect()) {
        client.sendEnd();
        client.expectEnd();
      }
      served.awaitOpen(0);
      served.expectServing();
    }
  }

  @Test
  void resets() throws Exception {
    try (TestServer served = TestServer.echo(variant)) {
      for (int i = 0; i < 20; i++) {
        Client client = served.connect();
        client.smallEcho(Client.random(i, 10)); // it is being served
        client.send(Client.random(i, 30 * KIB)); // and has more to answer, which nobody reads
        client.reset();
      }
      served.awaitOpen(0);
      served.expectServing();
    }
  }

  /** Resets while the server can neither send nor, therefore, read. */
  @Test
  void resetsOfClientsThatDoNotRead() throws Exception {
    try (TestServer served = TestServer.echo(variant)) {
      for (int i = 0; i < 3; i++) {
        try (SlowReader client = new SlowReader(served.server.address())) {
          client.writeUntilStuck(served.server);
          client.reset();
        }
      }
      served.awaitOpen(0);
      served.expectServing();
    }
  }

  @Test
  void manyConnections() throws Exception {
    int many = 1_000;
    List<Client> clients = new ArrayList<>();
    try (TestServer served = TestServer.echo(variant)) {
      try {
        for (int i = 0; i < many; i++) {
          clients.add(served.connect());
        }
        for (int round = 0; round < 3; round++) {
          for (int i = 0; i < many; i++) {
            clients.get(i).send(Client.random(many * round + i, 100));
          }
          for (int i = 0; i < many; i++) {
            clients.get(i).expect(Client.random(many * round + i, 100));
          }
        }
        assertThat(served.server.stats().open()).isEqualTo(many);
        assertThat(served.server.stats().accepted()).isEqualTo(many);
      } finally {
        for (Client client : clients) {
          client.close();
        }
      }
      served.awaitOpen(0);
    }
  }

  @Test
  void slowReader() throws Exception {
    try (TestServer served = TestServer.echo(variant);
        SlowReader slow = new SlowReader(served.server.address())) {
      slow.writeUntilStuck(served.server);
      try (Client other = served.connect()) {
        other.echo(Client.random(2, MIB));
      }
      slow.writeUntilStuck(served.server); // it is as before
      slow.finish();
    }
  }

  @Test
  void slowWriter() throws Exception {
    byte[] bytes = Client.random(3, 200);
    try (TestServer served = TestServer.echo(variant);
        Client client = served.connect()) {
      for (byte b : bytes) {
        client.smallEcho(new byte[] {b});
      }
    }
  }

  @Test
  void severalListeners() throws Exception {
    Server.Builder<?, ?> builder =
        Server.builder()
            .handler(Codecs.bytes(), Handler.answering(b -> b))
            .listen("tcp", "127.0.0.1:0")
            .listen("tcp", "127.0.0.1:0")
            .listen("tcp", "127.0.0.1:0");
    try (TestServer served = TestServer.start(variant.model(), builder)) {
      List<InetSocketAddress> addresses = served.server.addresses();
      assertThat(addresses).hasSize(3).doesNotHaveDuplicates();
      for (InetSocketAddress address : addresses) {
        try (Client client = new Client(address)) {
          client.smallEcho(Client.random(4, 100));
        }
      }
      served.awaitOpen(0);
      assertThat(served.server.stats().accepted()).isEqualTo(3);
    }
  }
}
