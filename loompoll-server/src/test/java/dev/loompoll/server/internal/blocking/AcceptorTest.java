package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.DrainResult;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Server;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is let in, seen from outside. */
@ParameterizedClass(name = "{0}")
@EnumSource(
    value = Model.class,
    names = {"GOROUTINE", "THREAD", "PIPELINE"})
class AcceptorTest {
  /** Much more than kernels buffer. */
  private static final int MUCH = 64 * 1024 * 1024;

  @Parameter private Model model;

  private Fixture serve(Limits.Builder limits) throws Exception {
    return Fixture.of(
        model,
        limits,
        Server.builder()
            .handler(Fixture.FRAMES, (request, reply) -> reply.send(request))
            .refusal(ByteBuffer.allocate(MUCH)));
  }

  @Test
  void clientsThatDoNotReadTheirRefusalHoldUpNobody() throws Exception {
    int many = 20;
    List<Fixture.Peer> refused = new ArrayList<>();
    try (Fixture served = serve(Fixture.wide().hardLimit(1));
        var first = served.connect()) {
      first.sendFrames("one");
      first.expectFrames("one");
      for (int i = 0; i < many; i++) {
        refused.add(served.connect());
        refused.get(i).send((byte) 0);
      }
      Fixture.until("all were refused", () -> served.refused(Refused.CONNECTIONS) == many);
      first.sendFrames("two");
      first.expectFrames("two");
      assertThat(served.server.stats().accepted()).isEqualTo(1);
      assertThat(served.server.stats().open()).isEqualTo(1);
      first.close();
      served.awaitOpen(0);
      try (var last = served.connect()) {
        last.sendFrames("three");
        last.expectFrames("three");
      }
      assertThat(served.server.stats().accepted()).isEqualTo(2);
      assertThat(served.failures).isEmpty();
    } finally {
      for (var client : refused) {
        client.close();
      }
    }
  }

  @Test
  void whoHasToWaitOutsideIsServedWhenAnotherLeaves() throws Exception {
    Limits.Builder limits =
        Fixture.wide().softLimit(1).hardLimit(2).patience(Duration.ofMinutes(5));
    try (Fixture served = serve(limits);
        var first = served.connect()) {
      first.sendFrames("one");
      first.expectFrames("one");
      try (var second = served.connect()) {
        second.sendFrames("two");
        assertThat(served.server.stats().open()).isEqualTo(1);
        first.close();
        second.expectFrames("two");
      }
    }
  }

  @Test
  void itEndsWhileItWaitsForRoom() throws Exception {
    Limits.Builder limits =
        Fixture.wide().softLimit(1).hardLimit(2).patience(Duration.ofMinutes(5));
    try (Fixture served = serve(limits);
        var client = served.connect()) {
      client.sendFrames("one");
      client.expectFrames("one");
      DrainResult result = served.server.drain(Duration.ofMinutes(5));
      assertThat(result).isEqualTo(new DrainResult(1, 0, result.took()));
      client.expectEnd();
    }
  }
}
