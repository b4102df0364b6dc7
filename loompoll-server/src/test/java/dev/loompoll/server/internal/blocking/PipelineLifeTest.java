package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.Loompoll;
import dev.loompoll.server.Codec;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Reply;
import dev.loompoll.server.Server;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whichever of the three goroutines ends first, and of what: the other two end too. */
class PipelineLifeTest {
  private static final byte[] LARGE = new byte[60 * 1024];

  /** Who has not moved for so long waits. */
  private static final long STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Goroutines that there were before the server. */
  private final long before = Loompoll.stats().goroutines();

  /** Channels that are full as soon as may be. */
  private static Limits.Builder narrow() {
    return Fixture.wide().channel(1);
  }

  private static String text(byte[] request) {
    return new String(request, StandardCharsets.UTF_8);
  }

  /** One bad word makes each of the three fail. */
  private static final Codec<byte[], byte[]> FRAGILE =
      new Codec<>() {
        @Override
        public Decoder<byte[]> newDecoder() {
          Decoder<byte[]> frames = Fixture.FRAMES.newDecoder();
          return in -> {
            byte[] request = frames.decode(in);
            if (request != null && text(request).equals("undecodable")) {
              throw new IllegalStateException("decoder");
            }
            return request;
          };
        }

        @Override
        public ByteBuffer encode(byte[] response) {
          if (text(response).equals("unencodable")) {
            throw new IllegalStateException("encoder");
          }
          return Fixture.FRAMES.encode(response);
        }
      };

  private static void fragile(byte[] request, Reply<byte[]> reply) throws Exception {
    switch (text(request)) {
      case "throw" -> throw new IllegalStateException("handler");
      case "close" -> reply.close();
      default -> reply.send(request);
    }
  }

  private static Fixture fragile() throws Exception {
    return Fixture.of(
        Model.PIPELINE, narrow(), Server.builder().handler(FRAGILE, PipelineLifeTest::fragile));
  }

  private void endsAfterEarlierAnswers(String word, String failure) throws Exception {
    try (Fixture served = fragile()) {
      try (var client = served.connect()) {
        String[] batch = new String[20];
        Arrays.fill(batch, "more"); // behind it: the reader waits for room in its channel
        batch[0] = "one";
        batch[1] = "two";
        batch[2] = word;
        client.sendFrames(batch);
        client.expectFrames("one", "two");
        client.expectEnd();
        allEnded(served);
        if (failure == null) {
          assertThat(served.failures).isEmpty();
        } else {
          assertThat(served.failures).singleElement().extracting("message").isEqualTo(failure);
        }
      }
    }
  }

  /** Those of its connections; its acceptor is left. */
  private void allEnded(Fixture served) {
    served.awaitOpen(0);
    Fixture.until("its goroutines have ended", () -> Loompoll.stats().goroutines() <= before + 1);
  }

  @Test
  void theDecoderThrows() throws Exception {
    endsAfterEarlierAnswers("undecodable", "decoder");
  }

  @Test
  void theHandlerThrows() throws Exception {
    endsAfterEarlierAnswers("throw", "handler");
  }

  @Test
  void theEncoderThrows() throws Exception {
    endsAfterEarlierAnswers("unencodable", "encoder");
  }

  @Test
  void theHandlerCloses() throws Exception {
    endsAfterEarlierAnswers("close", null);
  }

  @Test
  void openedThrows() throws Exception {
    Handler<byte[], byte[]> unwilling =
        new Handler<>() {
          @Override
          public void handle(byte[] request, Reply<byte[]> reply) {
            throw new AssertionError("never");
          }

          @Override
          public void opened(Reply<byte[]> reply) throws Exception {
            reply.send("no".getBytes(StandardCharsets.UTF_8));
            throw new IllegalStateException("opened");
          }
        };
    try (Fixture served = Fixture.frames(Model.PIPELINE, narrow(), unwilling)) {
      try (var client = served.connect()) {
        client.expectFrames("no");
        client.expectEnd();
        allEnded(served);
        assertThat(served.failures).singleElement().extracting("message").isEqualTo("opened");
      }
    }
  }

  @Test
  void noHandlerCanBeMade() throws Exception {
    var builder =
        Server.builder()
            .<byte[], byte[]>handlers(
                Fixture.FRAMES,
                () -> {
                  throw new IllegalStateException("supplier");
                });
    try (Fixture served = Fixture.of(Model.PIPELINE, narrow(), builder)) {
      try (var client = served.connect()) {
        client.expectEnd();
        allEnded(served);
        assertThat(served.failures).singleElement().extracting("message").isEqualTo("supplier");
      }
    }
  }

  /** The writer waits for the client, the handler for the writer, the reader for the handler. */
  private static void fillUp(Fixture served, Fixture.Peer client) throws Exception {
    String[] batch = new String[200];
    Arrays.fill(batch, "x");
    client.sendFrames(batch);
    long[] seen = {-1, 0}; // so many handled, and since when
    Fixture.until(
        "the handler waits, and has left the gate",
        () -> {
          var stats = served.server.stats();
          long now = System.nanoTime();
          if (stats.requests() == 0 || stats.requests() != seen[0] || stats.inFlight() > 0) {
            seen[0] = stats.requests();
            seen[1] = now;
          }
          return now - seen[1] > STILL_NANOS;
        });
    assertThat(seen[0]).isLessThan(200);
  }

  private static void large(byte[] request, Reply<byte[]> reply) throws Exception {
    reply.send(LARGE);
  }

  private static Fixture.Peer small(Fixture served) throws Exception {
    var client = served.connect();
    client.socket.setReceiveBufferSize(16 * 1024);
    return client;
  }

  @Test
  void aResetWhileAllThreeWait() throws Exception {
    try (Fixture served = Fixture.frames(Model.PIPELINE, narrow(), PipelineLifeTest::large)) {
      try (var client = small(served)) {
        fillUp(served, client);
        client.reset();
        allEnded(served);
        assertThat(served.failures).isEmpty();
      }
    }
  }

  @Test
  void aForcedEndWhileAllThreeWait() throws Exception {
    try (Fixture served = Fixture.frames(Model.PIPELINE, narrow(), PipelineLifeTest::large)) {
      try (var client = small(served)) {
        fillUp(served, client);
        served.server.close();
        allEnded(served);
        assertThat(served.failures).isEmpty();
      }
    }
  }

  @Test
  void whoReadsAgainGetsAll() throws Exception {
    try (Fixture served = Fixture.frames(Model.PIPELINE, narrow(), PipelineLifeTest::large);
        var client = small(served)) {
      fillUp(served, client);
      client.socket.shutdownOutput();
      for (int i = 0; i < 200; i++) {
        byte[] frame = new byte[client.in.readInt()];
        client.in.readFully(frame);
        assertThat(frame).hasSize(LARGE.length);
      }
      client.expectEnd();
    }
  }

  @Test
  void aResetWhileTheHandlerIsBusy() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    Handler<byte[], byte[]> busy =
        (request, reply) -> {
          open.await();
          reply.send(request);
        };
    try (Fixture served = Fixture.frames(Model.PIPELINE, narrow(), busy)) {
      try (var client = served.connect()) {
        client.sendFrames("one", "two", "three", "four");
        Fixture.until("one is handled", () -> served.server.stats().inFlight() == 1);
        client.reset();
        open.countDown();
        allEnded(served);
        assertThat(served.failures).isEmpty();
      }
    }
  }
}
