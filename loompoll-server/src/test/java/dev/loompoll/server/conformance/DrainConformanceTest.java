package dev.loompoll.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.DrainResult;
import dev.loompoll.server.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How every model ends. */
@ParameterizedClass(name = "{0}")
@EnumSource(Model.class)
@ExtendWith(Leftovers.class)
class DrainConformanceTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @Parameter private Model model;

  /** Handlers that can be waiting at once. */
  private int atOnce() {
    return model == Model.LOOP ? 1 : TestServer.WORKERS;
  }

  @Test
  void whatWasReadIsAnswered() throws Exception {
    Barrier barrier = new Barrier(atOnce());
    List<Client> clients = new ArrayList<>();
    try (TestServer served = TestServer.frames(model, barrier)) {
      for (int i = 0; i < atOnce(); i++) {
        clients.add(served.connect());
        clients.get(i).sendFrames("one", "two", "three"); // one packet, read as one
      }
      barrier.await();
      assertThat(served.server.stats().inFlight()).isEqualTo(atOnce());
      Background<DrainResult> drain = Background.of(() -> served.server.drain(LONG));
      served.awaitNoListener();
      assertThat(drain.isDone()).isFalse();
      barrier.open();
      for (Client client : clients) {
        client.expectFrames("one", "two", "three");
        client.expectEnd();
      }
      DrainResult result = drain.join();
      assertThat(result.graceful()).isEqualTo(atOnce());
      assertThat(result.forced()).isZero();
      assertThat(served.server.stats().answered()).isEqualTo(3 * atOnce());
    } finally {
      close(clients);
    }
  }

  private static void close(List<Client> clients) throws Exception {
    for (Client client : clients) {
      client.close();
    }
  }

  @Test
  void idleConnectionsEndAtOnce() throws Exception {
    List<Client> clients = new ArrayList<>();
    try (TestServer served = TestServer.frames(model, TestServer::same)) {
      for (int i = 0; i < 10; i++) {
        Client client = served.connect();
        clients.add(client);
        if (i % 2 == 0) {
          client.sendFrames("one");
          client.expectFrames("one");
        }
      }
      served.awaitOpen(10);
      DrainResult result = served.server.drain(LONG);
      assertThat(result).isEqualTo(new DrainResult(10, 0, result.took()));
      for (Client client : clients) {
        client.expectEnd();
      }
    } finally {
      close(clients);
    }
  }

  @Test
  void aConnectionWithinARequestEndsAtOnce() throws Exception {
    try (TestServer served = TestServer.frames(model, TestServer::same);
        Client client = served.connect()) {
      client.sendFrames("one");
      client.send(new byte[] {0, 0, 0, 9, 'h', 'a', 'l', 'f'});
      client.expectFrames("one");
      DrainResult result = served.server.drain(LONG);
      assertThat(result).isEqualTo(new DrainResult(1, 0, result.took()));
      client.expectGone();
    }
  }

  @Test
  void aServerWithoutConnectionsEndsAtOnce() throws Exception {
    try (TestServer served = TestServer.frames(model, TestServer::same)) {
      DrainResult result = served.server.drain(LONG);
      assertThat(result).isEqualTo(new DrainResult(0, 0, result.took()));
      assertThat(served.server.drain(Duration.ZERO)).isSameAs(result);
      served.awaitNoListener();
    }
  }

  /** Its client does not read: what was answered cannot be sent. */
  @Test
  void whenTimeIsUpWhatIsLeftIsClosed() throws Exception {
    try (TestServer served = TestServer.echo(new Variant(model, false));
        SlowReader slow = new SlowReader(served.server.address())) {
      served.awaitOpen(1);
      slow.writeUntilStuck(served.server);
      DrainResult result = served.server.drain(Duration.ofMillis(50));
      assertThat(result).isEqualTo(new DrainResult(0, 1, result.took()));
      assertThat(result.took()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    }
  }

  /** Those that are left then are closed, and only they. */
  @Test
  void aDrainMayBeHurried() throws Exception {
    try (TestServer served = TestServer.echo(new Variant(model, false));
        Client idle = served.connect();
        SlowReader slow = new SlowReader(served.server.address())) {
      idle.smallEcho(new byte[10]);
      served.awaitOpen(2);
      slow.writeUntilStuck(served.server);
      Background<DrainResult> drain = Background.of(() -> served.server.drain(LONG));
      idle.expectEnd();
      served.awaitOpen(1);
      assertThat(drain.isDone()).isFalse();
      served.server.hurry();
      DrainResult result = drain.join();
      assertThat(result).isEqualTo(new DrainResult(1, 1, result.took()));
    }
  }
}
