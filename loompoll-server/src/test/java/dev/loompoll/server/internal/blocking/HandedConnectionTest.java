package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.ConnHandler;
import dev.loompoll.server.DrainResult;
import dev.loompoll.server.Model;
import dev.loompoll.server.Server;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(
    value = Model.class,
    names = {"GOROUTINE", "THREAD"})
class HandedConnectionTest {
  @Parameter private Model model;

  private Fixture serve(ConnHandler handler) throws Exception {
    return Fixture.of(model, Fixture.wide(), Server.builder().connHandler(handler));
  }

  @Test
  void itIsClosedWhenItsHandlerReturnsOrThrows() throws Exception {
    try (Fixture served =
        serve(
            conn -> {
              if (conn.read(new byte[1]) > 0) {
                throw new IllegalStateException("handler");
              }
            })) {
      try (var client = served.connect()) {
        client.socket.shutdownOutput();
        client.expectEnd();
      }
      assertThat(served.failures).isEmpty();
      try (var client = served.connect()) {
        client.send((byte) 1);
        client.expectEnd();
      }
      assertThat(served.failures).singleElement().extracting("message").isEqualTo("handler");
    }
  }

  @Test
  void aResetIsNoFailure() throws Exception {
    try (Fixture served = serve(conn -> conn.read(new byte[1]))) {
      try (var client = served.connect()) {
        served.awaitOpen(1);
        client.reset();
      }
      served.awaitOpen(0);
      assertThat(served.failures).isEmpty();
    }
  }

  /** Drain leaves it alone; force closes it, and that is no failure either. */
  @Test
  void itIsNotToldOfTheDrain() throws Exception {
    try (Fixture served = serve(conn -> conn.read(new byte[1]));
        var client = served.connect()) {
      served.awaitOpen(1);
      Duration patience = Duration.ofMillis(50);
      DrainResult result = served.server.drain(patience);
      assertThat(result.forced()).isEqualTo(1);
      assertThat(result.took()).isGreaterThanOrEqualTo(patience);
      client.expectEnd();
      assertThat(served.failures).isEmpty();
    }
  }
}
