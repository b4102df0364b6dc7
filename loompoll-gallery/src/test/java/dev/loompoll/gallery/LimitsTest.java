package dev.loompoll.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers at limits of their process. */
@Tag("system") // needs sh and its ulimit
@Timeout(120)
class LimitsTest {
  private final List<Client> clients = new ArrayList<>();

  private void connect(ServerProcess server, int n) throws IOException {
    for (int i = 0; i < n; i++) {
      clients.add(new Client(server.address, 0));
    }
  }

  private void closeAll() throws IOException {
    for (Client client : clients) {
      client.close();
    }
  }

  /** Bare, but it neither ends nor burns a CPU; who waits is served when others leave. */
  @ParameterizedTest
  @MethodSource("dev.loompoll.gallery.Gallery#names")
  void withoutADescriptorForTheNext(String model) throws Exception {
    try (ServerProcess server = ServerProcess.start(model, "-n 100")) {
      connect(server, 1);
      clients.getFirst().echo(Client.data(1000, 1));
      connect(server, 130);
      for (Client client : clients) {
        client.out.write(9);
      }
      clients.getFirst().receive(1);
      Client last = clients.getLast();
      last.socket.setSoTimeout(1);
      assertThrows(SocketTimeoutException.class, () -> last.in.read());

      long cpu = server.cpuMillis();
      long start = System.nanoTime();
      var unused = new CountDownLatch(1).await(2, TimeUnit.SECONDS);
      long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertThat(server.cpuMillis() - cpu).isLessThan(elapsed / 2);

      clients.getFirst().echo(Client.data(1000, 2));
      for (Client client : clients.subList(0, 100)) {
        client.close();
      }
      last.socket.setSoTimeout(30_000);
      assertThat(last.in.read()).isEqualTo(9);
      last.echo(Client.data(1000, 3));
    } finally {
      closeAll();
    }
  }

  /** Here all of select's 1024 descriptors are the server's. */
  @Test
  void the1025thConnectionIsRefusedBySelect() throws Exception {
    try (ServerProcess server = ServerProcess.start("multiplex-select", "-n 4096")) {
      connect(server, 1025);
      int served = 0;
      for (Client client : clients) {
        served += isServed(client) ? 1 : 0;
      }
      assertThat(served).isBetween(900, 1023);
      assertThat(isServed(clients.getFirst())).isTrue();
      assertThat(isServed(clients.getLast())).isFalse();
    } finally {
      closeAll();
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
