package dev.loompoll.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loompoll.bench.load.HonestServer.Deed;
import dev.loompoll.bench.overload.Offered;
import dev.loompoll.bench.overload.Saturated;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the open loop tells is what an honest server has done. */
@Timeout(180)
class OpenLoadTest {
  private static final int DUE = 400;

  private static Offered offer(InetSocketAddress to, String... words) throws IOException {
    String json = new OpenLoad(to, Offer.parse(List.of(words))).run();
    return new ObjectMapper().readValue(json, Offered.class);
  }

  private static void assertAddsUp(Offered offered) {
    long served = 0;
    long done = 0;
    for (Offered.Phase p : offered.phases()) {
      assertThat(p.served() + p.refused() + p.closed() + p.unanswered() + p.notSent())
          .isEqualTo(p.due());
      served += p.served();
      done += p.done();
      assertThat(done).isLessThanOrEqualTo(served); // of all so far: some were due in one before
    }
  }

  @Test
  void onConnectionsThatStay() throws IOException {
    try (HonestServer server =
        new HonestServer(
            id -> id % 7 == 0 ? Deed.IGNORE : id % 3 == 0 ? Deed.REFUSE : Deed.SERVE)) {
      Offered offered =
          offer(server.address(), "connections=10", "phases=2000:100,1000:200", "grace=3000");

      long served = offered.phases().stream().mapToLong(Offered.Phase::served).sum();
      long refused = offered.phases().stream().mapToLong(Offered.Phase::refused).sum();
      long unanswered = offered.phases().stream().mapToLong(Offered.Phase::unanswered).sum();
      assertThat(offered.phases()).extracting(Offered.Phase::due).containsExactly(200L, 200L);
      assertAddsUp(offered);
      assertThat(served).isEqualTo(server.done(Deed.SERVE)).isPositive();
      assertThat(refused).isEqualTo(server.done(Deed.REFUSE)).isPositive();
      assertThat(unanswered).isEqualTo(server.done(Deed.IGNORE)).isPositive();
      assertThat(offered.ends() + offered.resets()).isZero();
      long inWindows = offered.windows().stream().mapToLong(w -> w.served() + w.refused()).sum();
      assertThat(inWindows).isEqualTo(DUE);
    }
  }

  @Test
  void oneConnectionARequest() throws IOException {
    try (HonestServer server =
        new HonestServer(
            id ->
                switch ((int) (id % 5)) {
                  case 0 -> Deed.CLOSE;
                  case 1 -> Deed.REFUSE;
                  case 2 -> Deed.IGNORE;
                  default -> Deed.SERVE;
                })) {
      Offered offered = offer(server.address(), "phases=2000:200", "grace=3000");

      assertAddsUp(offered);
      Offered.Phase p = offered.phases().getFirst();
      assertThat(p.sent()).isEqualTo(p.due()).isEqualTo(DUE);
      assertThat(p.served()).isEqualTo(server.done(Deed.SERVE)).isEqualTo(2 * DUE / 5);
      assertThat(p.refused()).isEqualTo(server.done(Deed.REFUSE)).isEqualTo(DUE / 5);
      assertThat(p.closed()).isEqualTo(server.done(Deed.CLOSE)).isEqualTo(DUE / 5);
      assertThat(p.unanswered()).isEqualTo(server.done(Deed.IGNORE)).isEqualTo(DUE / 5);
    }
  }

  @Test
  void whatIsTooMuchAtOnceIsNotSent() throws IOException {
    try (HonestServer server = new HonestServer(id -> Deed.IGNORE)) {
      Offered offered = offer(server.address(), "in-flight=50", "phases=2000:200", "grace=300");

      assertAddsUp(offered);
      Offered.Phase p = offered.phases().getFirst();
      assertThat(p.notSent()).isEqualTo(DUE - 50);
      assertThat(offered.mostConnections()).isEqualTo(50);
    }
  }

  /** Where the server closes again and again, clients come again, and each request is counted. */
  @Test
  void thoseThatAreSentAwayComeAgain() throws IOException {
    try (HonestServer server = new HonestServer(id -> id % 20 == 0 ? Deed.CLOSE : Deed.SERVE)) {
      Offered offered = offer(server.address(), "connections=5", "phases=200:2000", "grace=30000");

      assertAddsUp(offered);
      Offered.Phase p = offered.phases().getFirst();
      assertThat(offered.ends() + offered.resets()).isEqualTo(server.done(Deed.CLOSE));
      assertThat(server.done(Deed.CLOSE)).isGreaterThan(5);
      assertThat(p.served()).isPositive();
      assertThat(p.unanswered()).isZero();
    }
  }

  @Test
  void itEndsWithTheServer() throws IOException {
    try (HonestServer server = new HonestServer(id -> Deed.CLOSE)) {
      Offered offered =
          offer(server.address(), "connections=4", "phases=1000:30000", "reconnect=false");

      assertAddsUp(offered);
      Offered.Phase p = offered.phases().getFirst();
      assertThat(p.sent()).isGreaterThanOrEqualTo(4);
      assertThat(p.notSent()).isGreaterThan(20_000);
    }
  }

  @Test
  void nobodyListens() throws IOException {
    InetSocketAddress nobody;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }
    Offered offered = offer(nobody, "phases=1000:100", "grace=20000");

    assertAddsUp(offered);
    Offered.Phase p = offered.phases().getFirst();
    assertThat(p.closed()).isEqualTo(100);
    assertThat(p.sent()).isZero();
  }

  @Test
  void anAnswerThatNobodyAskedForIsAnError() throws IOException {
    try (HonestServer server = new HonestServer(id -> Deed.LIE)) {
      assertThatThrownBy(() -> offer(server.address(), "connections=1", "phases=100:200"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not asked");
    }
  }

  /** Nobody is answered before the last one is there: the first has waited since it was due. */
  @Test
  void latencyBeginsWhenARequestIsDue() throws IOException {
    int due = 100;
    CountDownLatch all = new CountDownLatch(due);
    try (HonestServer server =
        new HonestServer(
            id -> {
              all.countDown();
              try {
                all.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return Deed.SERVE;
            })) {
      Offered.Phase p =
          offer(server.address(), "phases=500:200", "grace=30000").phases().getFirst();

      assertThat(p.served()).isEqualTo(due);
      assertThat(p.latency().max()).isGreaterThanOrEqualTo(190_000_000);
      assertThat(p.latency().p50()).isGreaterThanOrEqualTo(80_000_000);
    }
  }

  @Test
  void aCrowdBesideThem() throws IOException {
    try (HonestServer server = new HonestServer(id -> Deed.SERVE)) {
      Offered offered =
          offer(
              server.address(),
              "connections=2",
              "crowds=stayers:20,loris:10",
              "phases=100:3000",
              "grace=1000");

      assertAddsUp(offered);
      Offered.Crowd stayers = offered.crowds().get("stayers");
      assertThat(stayers.served()).isEqualTo(20);
      assertThat(stayers.answers()).isGreaterThanOrEqualTo(20);
      assertThat(stayers.lastFirstAnswerNanos()).isPositive();
      Offered.Crowd loris = offered.crowds().get("loris");
      assertThat(loris.connected()).isEqualTo(10);
      assertThat(loris.bytes()).isEqualTo(10);
      assertThat(loris.answers()).isZero();
    }
  }

  @Test
  void aClosedLoopComesAgain() throws IOException {
    try (HonestServer server =
        new HonestServer(id -> id % 4 == 3 ? Deed.CLOSE : id % 4 == 2 ? Deed.REFUSE : Deed.SERVE)) {
      String json = new Saturation(server.address(), 0).run(4, 500);
      Saturated seen = new ObjectMapper().readValue(json, Saturated.class);

      assertThat(seen.served()).isPositive().isLessThanOrEqualTo(server.done(Deed.SERVE));
      assertThat(seen.refused()).isEqualTo(server.done(Deed.REFUSE)).isPositive();
      assertThat(seen.ends()).isEqualTo(server.done(Deed.CLOSE)).isPositive();
      assertThat(seen.nanos()).isGreaterThanOrEqualTo(500_000_000);
      JsonNode latency = new ObjectMapper().readTree(json).path("latency");
      assertThat(latency.path("p50").asLong()).isPositive();
    }
  }
}
