package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Model;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A drain that comes at any time of connections' lives ends them all, without force. */
@ParameterizedClass(name = "{0}")
@EnumSource(
    value = Model.class,
    names = {"GOROUTINE", "THREAD", "PIPELINE"})
class DrainRaceTest {
  private static final int ROUNDS = 40;
  private static final int CLIENTS = 8;

  @Parameter private Model model;

  @Test
  void everyConnectionEnds() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      CountDownLatch running = new CountDownLatch(CLIENTS);
      List<Thread> clients = new ArrayList<>();
      try (Fixture served =
          Fixture.frames(model, Fixture.wide(), (request, reply) -> reply.send(request))) {
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(Thread.ofPlatform().start(() -> askUntilItEnds(served, running)));
        }
        running.await();
        assertThat(served.server.drain(Duration.ofMinutes(5)).forced()).isZero();
        var stats = served.server.stats();
        assertThat(stats.answered()).isEqualTo(stats.requests());
        assertThat(served.failures).isEmpty();
      }
      for (Thread client : clients) {
        client.join();
      }
    }
  }

  private static void askUntilItEnds(Fixture served, CountDownLatch running) {
    try (var client = served.connect()) {
      for (long n = 0; ; n++) {
        client.sendFrames("one");
        client.expectFrames("one");
        if (n == 0) {
          running.countDown();
        }
      }
    } catch (EOFException | SocketException e) {
      // the end, perhaps while it was sending
    } catch (IOException e) {
      served.failures.add(e);
    }
  }
}
