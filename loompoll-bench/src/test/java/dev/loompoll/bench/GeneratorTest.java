package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The load generator believes no server: each kind of load finds each kind of mistake. */
@Timeout(180)
class GeneratorTest {
  private static final String HOST = "127.0.0.1";
  private static final int SIZE = 64;
  private static final long MILLIS = 30;

  /** Enough for many messages though the processor is one, and others are on it. */
  private static final long LONGER = 300;

  private static final long CHURN_MILLIS = 200;
  private static final int SLICES = 100;

  private static Generator generator;

  @FunctionalInterface
  private interface Kind {
    Sample on(String name) throws IOException;
  }

  @BeforeAll
  static void start() throws IOException {
    generator = Generator.start(-1, false);
  }

  @AfterAll
  static void end() {
    generator.close();
  }

  private static void connect(String kind, int port) throws IOException {
    if (kind.equals("ping-pong")) {
      generator.open(kind, HOST, port, 2, SIZE);
    } else {
      generator.lanes(kind, HOST, port, 2, SIZE);
    }
  }

  private static Map<String, Kind> kinds(long millis) {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    kinds.put("ping-pong", name -> generator.pingPong(name, millis));
    kinds.put("pipelined", name -> generator.pipelined(name, millis, 16));
    kinds.put("streaming", name -> generator.streaming(name, millis, 64 * 1024));
    kinds.put("fixed-rate", name -> generator.fixedRate(name, millis, 20_000));
    // Past where a bad one is good, in one slice: the next begins with new connections.
    kinds.put("churn", name -> generator.churn(name, Math.max(millis, CHURN_MILLIS), 20));
    return kinds;
  }

  /** Each connection comes to where the server is bad in the first slice, unless all is slow. */
  private static void untilBad(String kind, Kind load, BadServer.Way way) throws IOException {
    for (int slice = 0; slice < SLICES; slice++) {
      if (load.on(kind).missing() > 0) {
        throw new IOException("missing");
      }
    }
    throw new AssertionError(kind + " does not see that the server " + way);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aBadServerIsFoundOut(BadServer.Way way) throws IOException {
    for (Map.Entry<String, Kind> kind : kinds(MILLIS).entrySet()) {
      try (BadServer server = new BadServer(way)) {
        connect(kind.getKey(), server.port());

        assertThatThrownBy(() -> untilBad(kind.getKey(), kind.getValue(), way))
            .as(kind.getKey())
            .isInstanceOf(IOException.class)
            .hasMessageMatching(
                switch (way) {
                  case CORRUPTS -> ".*other bytes came back.*";
                  case LOSES -> "missing";
                  case CLOSES -> ".*(closed by the server|closed it).*";
                  default -> ".*(other bytes|more bytes|missing).*";
                });

        generator.closeConnections(kind.getKey());
      }
    }
  }

  @Test
  void aGoodServerIsMeasured() throws IOException {
    for (Map.Entry<String, Kind> kind : kinds(LONGER).entrySet()) {
      try (BadServer server = new BadServer(BadServer.Way.NONE)) {
        connect(kind.getKey(), server.port());
        for (int slice = 0; slice < 3; slice++) { // each goes on where the last one ended
          Sample sample = kind.getValue().on(kind.getKey());

          assertThat(sample.units()).as(kind.getKey()).isPositive();
          assertThat(sample.missing()).isZero();
          assertThat(sample.nanos()).isGreaterThanOrEqualTo(LONGER * 1_000_000);
          if (kind.getKey().equals("streaming")) {
            assertThat(sample.curve()).isEmpty();
          } else {
            assertRises(sample.curve());
            assertThat(sample.max())
                .isGreaterThanOrEqualTo(sample.p99())
                .isLessThan(60_000_000_000L);
            assertThat(sample.p50()).isPositive().isLessThanOrEqualTo(sample.p90());
          }
        }
        generator.closeConnections(kind.getKey());
      }
    }
  }

  private static void assertRises(List<double[]> curve) {
    assertThat(curve).hasSizeGreaterThan(18); // the first and the last; more if there are samples
    for (int i = 1; i < curve.size(); i++) {
      assertThat(curve.get(i)[0]).isGreaterThan(curve.get(i - 1)[0]);
      assertThat(curve.get(i)[1]).isGreaterThanOrEqualTo(curve.get(i - 1)[1]);
    }
    assertThat(curve.getLast()[0]).isEqualTo(1.0);
  }

  /**
   * A server that answers only whole batches: of 100 messages that are due one a millisecond, the
   * first waits for 99 ms, the next for 98. Whoever measured from the send, or waited for answers
   * before sending, would not see that.
   */
  @Test
  void latencyBeginsWhenAMessageIsDue() throws Exception {
    int batch = 100;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Integer> batches =
          CompletableFuture.supplyAsync(() -> echo(listener, batch));
      generator.lanes("batches", HOST, listener.getLocalPort(), 1, SIZE);
      Sample sample = generator.fixedRate("batches", 10 * batch, 1000);
      generator.closeConnections("batches");

      assertThat(batches.get()).isPositive();
      assertThat(sample.work() % batch).isZero();
      assertThat(sample.missing()).isLessThan(batch);
      assertThat(sample.max()).isGreaterThanOrEqualTo((batch - 1) * 1_000_000L);
      assertThat(sample.p50()).isGreaterThanOrEqualTo((batch / 2 - 2) * 1_000_000L);
    }
  }

  private static int echo(ServerSocket listener, int batch) {
    int batches = 0;
    try (Socket socket = listener.accept()) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] all = new byte[batch * SIZE];
      while (true) {
        in.readFully(all);
        socket.getOutputStream().write(all);
        batches++;
      }
    } catch (EOFException e) {
      return batches;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aGeneratorThatHasEndedIsTold() throws Exception {
    Generator mine = Generator.start(-1, false);
    ProcessHandle process = ProcessHandle.of(mine.pid()).orElseThrow();
    process.destroyForcibly();
    await(process);
    assertThatThrownBy(() -> mine.pipelined("nobody", 1, 1))
        .isInstanceOf(Generator.GoneException.class);
  }

  private static void await(ProcessHandle process) throws InterruptedException, ExecutionException {
    assertThat(process.onExit().get().isAlive()).isFalse();
  }
}
