package dev.loompoll.gallery;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every model has to do, whatever it is. */
@ParameterizedClass
@MethodSource("dev.loompoll.gallery.Gallery#names")
@Timeout(120)
class ConformanceTest {
  @Parameter String model;

  private Map<String, Integer> before;
  private GalleryServer server;

  /** What is opened at first use and stays: by the JDK, and by Loompoll's engine. */
  @BeforeAll
  static void warmUp() throws Exception {
    try (GalleryServer server = Gallery.open("multiplex-poll", "tcp", "127.0.0.1:0")) {
      server.start();
      try (Client client = new Client(server)) {
        client.echo(new byte[1]);
      }
    }
  }

  @BeforeEach
  void open() throws IOException {
    before = Descriptors.open();
    server = Gallery.open(model, "tcp", "127.0.0.1:0");
    server.start();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    server.close();
    assertThat(server.finished()).isCompleted();
    assertThat(server.connections()).isZero();
    Await.until(
        "the descriptors are those from before, " + before,
        () -> Descriptors.open().equals(before));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1023, 64 * 1024, 64 * 1024 + 1, 1 << 20, 8 << 20})
  void echoes(int length) throws Exception {
    try (Client client = new Client(server)) {
      client.echo(Client.data(length, length));
      client.echo(Client.data(length, length + 1));
    }
  }

  @Test
  void halfCloseEndsOnlyTheClientsDirection() throws Exception {
    byte[] data = Client.data(3 << 20, 7);
    try (Client client = new Client(server)) {
      FutureTask<Void> sender =
          Client.inThread(
              () -> {
                client.out.write(data);
                client.socket.shutdownOutput();
                return null;
              });
      assertThat(client.in.readAllBytes()).isEqualTo(data);
      sender.get(30, SECONDS);
    }
    Await.until("the connection has gone", () -> server.connections() == 0);
  }

  @Test
  void aClientThatResetsHarmsNobodyElse() throws Exception {
    try (Client other = new Client(server)) {
      other.echo(new byte[] {1});
      for (int i = 0; i < 20; i++) {
        Client client = new Client(server);
        client.out.write(Client.data(100_000, i)); // some of it is on its way back
        client.reset();
      }
      Await.until("the reset ones have gone", () -> server.connections() == 1);
      other.echo(Client.data(100_000, 42));
    }
  }

  @Test
  void manyAtOnce() throws Exception {
    // Half of the descriptors are the clients', which are in this process too.
    int n = model.equals("multiplex-select") ? 300 : 1000;
    CountDownLatch connected = new CountDownLatch(n);
    CountDownLatch counted = new CountDownLatch(1);
    List<FutureTask<Void>> clients = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int seed = i;
      clients.add(
          Client.inThread(
              () -> {
                try (Client client = new Client(server)) {
                  client.echo(Client.data(1, seed));
                  connected.countDown();
                  counted.await();
                  for (int round = 0; round < 5; round++) {
                    client.echo(Client.data(1 + seed * 7 % 5000, seed + round));
                  }
                }
                return null;
              }));
    }
    assertThat(connected.await(60, SECONDS)).isTrue();
    assertThat(server.connections()).isEqualTo(n);
    counted.countDown();
    for (FutureTask<Void> client : clients) {
      client.get(60, SECONDS);
    }
    assertThat(server.refused()).isZero();
  }

  /** It fills the kernel's buffers and then waits; it does not fill the server's memory. */
  @Test
  void aClientThatDoesNotReadIsReadFromNoMore() throws Exception {
    byte[] data = Client.data(64 << 20, 3);
    AtomicLong sent = new AtomicLong();
    try (Client slow = new Client(server, 16 * 1024);
        Client other = new Client(server)) {
      FutureTask<Void> sender = slow.sending(data, sent);
      awaitStandstill(sent, other);
      assertThat(sent.get()).isPositive().isLessThan(data.length);

      assertThat(slow.receive(data.length)).isEqualTo(data);
      sender.get(30, SECONDS);
      slow.echo(Client.data(1000, 4));
    }
  }

  /** All was read, nothing more will come: only room to write can make the server go on. */
  @Test
  void whatIsOwedIsSentWhenThereIsRoom() throws Exception {
    byte[] data = Client.data(60_000, 8);
    try (GalleryServer narrow = Gallery.open(model, "tcp", "127.0.0.1:0")) {
      int listener = ((BareServer) narrow).listener.fd();
      assertThat(
              SocketCalls.setsockopt(
                  listener, SocketCalls.SOL_SOCKET, SocketCalls.SO_SNDBUF, 4096, new ErrnoCell()))
          .isZero();
      narrow.start();
      try (Client slow = new Client(narrow, 4096);
          Client other = new Client(narrow)) {
        AtomicLong sent = new AtomicLong();
        FutureTask<Void> sender = slow.sending(data, sent);
        awaitStandstill(sent, other);
        assertThat(slow.receive(data.length)).isEqualTo(data);
        sender.get(30, SECONDS);
      }
    }
  }

  /** Another one is served all the time; many rounds of it must pass without a byte being sent. */
  private static void awaitStandstill(AtomicLong sent, Client other) throws Exception {
    long last = -1;
    for (int still = 0; still < 500; still++) {
      other.echo(Client.data(100, still));
      long now = sent.get();
      if (now != last || now == 0) {
        last = now;
        still = 0;
      }
    }
  }

  @Test
  void byteByByte() throws Exception {
    try (Client client = new Client(server)) {
      for (byte b : Client.data(300, 5)) {
        client.out.write(b);
        assertThat((byte) client.in.read()).isEqualTo(b);
      }
    }
  }

  @Test
  void connectionsThatComeAndGo() throws Exception {
    for (int i = 0; i < 300; i++) {
      try (Client client = new Client(server)) {
        client.echo(Client.data(64, i));
      }
    }
    Await.until("all have gone", () -> server.connections() == 0);
  }

  @Test
  void afterStopConnectionsMayFinish() throws Exception {
    try (Client client = new Client(server)) {
      client.echo(new byte[] {1});
      server.stop();
      server.stop();
      Await.until("nobody listens", () -> !canConnect());
      client.echo(Client.data(1 << 20, 6));
      assertThat(server.finished()).isNotDone();
    }
    server.finished().get(30, SECONDS);
  }

  private boolean canConnect() throws IOException {
    try (Client client = new Client(server)) {
      return true;
    } catch (ConnectException e) {
      return false;
    } catch (SocketException e) {
      return true; // it was there when the listener was closed, and was reset
    }
  }

  @Test
  void stopWithoutConnectionsEndsIt() throws Exception {
    server.stop();
    server.finished().get(30, SECONDS);
    assertThat(canConnect()).isFalse();
  }

  @Test
  void closeEndsConnections() throws Exception {
    try (Client idle = new Client(server);
        Client stuck = new Client(server, 16 * 1024)) {
      idle.echo(new byte[] {1});
      AtomicLong sent = new AtomicLong();
      FutureTask<Void> sender = stuck.sending(Client.data(64 << 20, 1), sent);
      awaitStandstill(sent, idle);

      server.close();

      assertThat(server.finished()).isCompleted();
      assertThat(idle.in.read()).isEqualTo(-1);
      assertThatThrownBy(() -> sender.get(30, SECONDS)).hasCauseInstanceOf(IOException.class);
    }
  }
}
