package dev.loompoll.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.DrainResult;
import dev.loompoll.server.Model;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How models end that can close a connection while its handler runs: LOOP has one thread only. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = Model.class, mode = EnumSource.Mode.EXCLUDE, names = "LOOP")
@ExtendWith(Leftovers.class)
class ForcedEndConformanceTest {
  @Parameter private Model model;

  /** The client does not wait for the handler. */
  @Test
  void theConnectionIsClosedAndItsHandlerMayEndLater() throws Exception {
    Barrier barrier = new Barrier(1);
    try (TestServer served = TestServer.frames(model, barrier);
        Client client = served.connect()) {
      client.sendFrames("one");
      barrier.await();
      Background<DrainResult> drain = Background.of(() -> served.server.drain(Duration.ZERO));
      try {
        client.expectGone();
      } finally {
        barrier.open();
      }
      DrainResult result = drain.join();
      assertThat(result).isEqualTo(new DrainResult(0, 1, result.took()));
    }
  }
}
