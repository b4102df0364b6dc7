package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Handler;
import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Server;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of requests at the gate. */
@ParameterizedClass(name = "{0}")
@EnumSource(
    value = Model.class,
    names = {"GOROUTINE", "THREAD", "PIPELINE"})
class SheddingTest {
  @Parameter private Model model;

  private final CountDownLatch open = new CountDownLatch(1);

  /** "wait" waits until it is open. */
  private final Handler<byte[], byte[]> handler =
      (request, reply) -> {
        if (new String(request, StandardCharsets.UTF_8).equals("wait")) {
          open.await();
        }
        reply.send(request);
      };

  private static Limits.Builder one() {
    return Fixture.wide().limiter(Limiter.fixed(1)).queue(1);
  }

  private static void cheap(byte[] request, dev.loompoll.server.Reply<byte[]> reply)
      throws java.io.IOException {
    reply.send("busy".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsShedIsAnsweredByTheDegradedHandler() throws Exception {
    var builder = Server.builder().handler(Fixture.FRAMES, handler).degrade(SheddingTest::cheap);
    try (Fixture served = Fixture.of(model, one(), builder);
        var handled = served.connect();
        var queued = served.connect();
        var shed = served.connect()) {
      handled.sendFrames("wait");
      Fixture.until("one is handled", () -> served.server.stats().inFlight() == 1);
      queued.sendFrames("queued");
      Fixture.until("one waits", () -> served.server.stats().queued() == 1);
      shed.sendFrames("a", "b");
      shed.expectFrames("busy", "busy");
      open.countDown();
      handled.expectFrames("wait");
      queued.expectFrames("queued");
      shed.sendFrames("c"); // the connection is as good as new
      shed.expectFrames("c");
      assertThat(served.refused(Refused.QUEUE_FULL)).isEqualTo(2);
      assertThat(served.server.stats().degraded()).isEqualTo(2);
      assertThat(served.server.stats().requests()).isEqualTo(3);
      assertThat(served.failures).isEmpty();
    }
  }

  /** Handled or shed, by whichever goroutine: each answer is that of the next request. */
  @Test
  void answersStayInOrderWhileSomeAreShed() throws Exception {
    Handler<byte[], byte[]> slow =
        (request, reply) -> {
          long end = System.nanoTime() + 200_000;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          reply.send(request);
        };
    var builder =
        Server.builder()
            .handler(Fixture.FRAMES, slow)
            .degrade((request, reply) -> reply.send(request));
    Limits.Builder limits =
        Fixture.wide()
            .limiter(Limiter.fixed(1))
            .queue(100)
            .target(Duration.ofMillis(1))
            .interval(Duration.ofMillis(2));
    try (Fixture served = Fixture.of(model, limits, builder)) {
      List<FutureTask<Integer>> clients = new ArrayList<>();
      for (int c = 0; c < 8; c++) {
        String name = "client " + c + ", ";
        FutureTask<Integer> client =
            new FutureTask<>(
                () -> {
                  int sent = 0;
                  try (var peer = served.connect()) {
                    while (served.server.stats().degraded() < 1_000) {
                      String[] batch = new String[sent % 4 + 1];
                      for (int i = 0; i < batch.length; i++) {
                        batch[i] = name + sent++;
                      }
                      peer.sendFrames(batch);
                      peer.expectFrames(batch);
                    }
                  }
                  return sent;
                });
        clients.add(client);
        Thread.ofPlatform().daemon().start(client);
      }
      int sent = 0;
      for (FutureTask<Integer> client : clients) {
        sent += client.get();
      }
      int all = sent;
      Fixture.until(
          "all are counted",
          () -> {
            var stats = served.server.stats();
            return stats.answered() + stats.degraded() == all;
          });
      assertThat(served.refused(Refused.QUEUE_DELAY)).isEqualTo(served.server.stats().degraded());
      assertThat(served.failures).isEmpty();
    }
  }

  /** Else some clients that do not read what they asked for would keep all others out. */
  @Test
  void aHandlerThatWaitsForItsClientHoldsNoPlace() throws Exception {
    byte[] much = new byte[60 * 1024];
    Handler<byte[], byte[]> streaming =
        (request, reply) -> {
          if (request.length == 1) {
            reply.send(request);
            return;
          }
          while (true) {
            reply.send(much);
          }
        };
    try (Fixture served = Fixture.frames(model, one(), streaming);
        var other = served.connect()) {
      try (var deaf = served.connect()) {
        deaf.sendFrames("much");
        Fixture.until(
            "its handler waits",
            () -> served.server.stats().requests() == 1 && served.server.stats().inFlight() == 0);
        other.sendFrames("a", "b");
        other.expectFrames("a", "b");
        assertThat(served.server.stats().open()).isEqualTo(2);
      }
      Fixture.until("that handler has ended", () -> served.server.stats().failed() == 1);
      other.sendFrames("c");
      other.expectFrames("c");
      Fixture.until("nobody is inside", () -> served.server.stats().inFlight() == 0);
      assertThat(served.failures).isEmpty();
    }
  }

  @Test
  void withoutOneTheConnectionEndsAfterWhatWasSent() throws Exception {
    try (Fixture served = Fixture.frames(model, one(), handler);
        var handled = served.connect();
        var queued = served.connect();
        var shed = served.connect()) {
      shed.sendFrames("before");
      shed.expectFrames("before");
      handled.sendFrames("wait");
      Fixture.until("one is handled", () -> served.server.stats().inFlight() == 1);
      queued.sendFrames("queued");
      Fixture.until("one waits", () -> served.server.stats().queued() == 1);
      shed.sendFrames("a", "b");
      shed.expectEnd();
      open.countDown();
      handled.expectFrames("wait");
      queued.expectFrames("queued");
      assertThat(served.refused(Refused.QUEUE_FULL)).isEqualTo(1);
      assertThat(served.failures).isEmpty();
    }
  }

  /** An answer that was held back for its batch does not wait with the next request. */
  @Test
  void answersLeaveBeforeTheWaitAtTheGate() throws Exception {
    CountDownLatch mayGoOn = new CountDownLatch(1);
    Handler<byte[], byte[]> handler =
        (request, reply) -> {
          String text = new String(request, StandardCharsets.UTF_8);
          if (text.equals("first")) {
            mayGoOn.await();
          } else if (text.equals("wait")) {
            open.await();
          }
          reply.send(request);
        };
    try (Fixture served = Fixture.frames(model, one(), handler);
        var batch = served.connect();
        var other = served.connect()) {
      batch.sendFrames("first", "second");
      Fixture.until("the first is handled", () -> served.server.stats().inFlight() == 1);
      other.sendFrames("wait");
      Fixture.until("the other waits", () -> served.server.stats().queued() == 1);
      mayGoOn.countDown(); // the other is let in, and the second of the batch waits
      batch.expectFrames("first");
      Fixture.until("the second waits", () -> served.server.stats().queued() == 1);
      open.countDown();
      batch.expectFrames("second");
      other.expectFrames("wait");
    }
  }

  /** What waits at the gate is answered, too. */
  @Test
  void drainWithOneAtTheGate() throws Exception {
    try (Fixture served = Fixture.frames(model, one(), handler);
        var handled = served.connect();
        var queued = served.connect()) {
      handled.sendFrames("wait");
      Fixture.until("one is handled", () -> served.server.stats().inFlight() == 1);
      queued.sendFrames("queued", "and read");
      Fixture.until("one waits", () -> served.server.stats().queued() == 1);
      Thread drain =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      served.server.drain(java.time.Duration.ofMinutes(5));
                    } catch (Exception e) {
                      served.failures.add(e);
                    }
                  });
      open.countDown();
      handled.expectFrames("wait");
      queued.expectFrames("queued", "and read");
      handled.expectEnd();
      queued.expectEnd();
      drain.join();
      assertThat(served.failures).isEmpty();
    }
  }
}
