package dev.loompoll.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Handler;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every model does with requests, good and bad, and with what a handler does. */
@ParameterizedClass(name = "{0}")
@EnumSource(Model.class)
@ExtendWith(Leftovers.class)
class FramingConformanceTest {
  @Parameter private Model model;

  private static String[] numbered(int n) {
    return IntStream.range(0, n).mapToObj(i -> "request " + i).toArray(String[]::new);
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    String[] requests = numbered(1_000);
    try (TestServer served = TestServer.frames(model, TestServer::same);
        Client client = served.connect()) {
      client.sendFrames(requests);
      client.expectFrames(requests);
      client.sendEnd();
      client.expectEnd();
      served.awaitOpen(0);
      served.awaitAnswered(1_000);
      assertThat(served.server.stats().requests()).isEqualTo(1_000);
      assertThat(served.server.stats().failed()).isZero();
    }
  }

  @Test
  void requestsByteByByte() throws Exception {
    try (TestServer served = TestServer.frames(model, TestServer::same);
        Client client = served.connect()) {
      for (byte b : Client.frames("one", "", "three")) {
        client.send(new byte[] {b});
        Thread.yield();
      }
      client.expectFrames("one", "", "three");
    }
  }

  @Test
  void oneRequestAtATime() throws Exception {
    try (TestServer served = TestServer.frames(model, TestServer::same);
        Client client = served.connect()) {
      for (String request : numbered(500)) {
        client.sendFrames(request);
        client.expectFrames(request);
      }
    }
  }

  @Test
  void aRequestOfExactlyTheLimit() throws Exception {
    String largest = "x".repeat(1024);
    try (TestServer served = TestServer.frames(model, TestServer::same);
        Client client = served.connect()) {
      client.sendFrames(largest, "", largest);
      client.expectFrames(largest, "", largest);
    }
  }

  // ---- bad requests

  @Test
  void aMalformedRequestEndsItsConnectionOnly() throws Exception {
    badRequest(-1, Refused.MALFORMED);
  }

  @Test
  void tooLargeARequestEndsItsConnectionOnly() throws Exception {
    badRequest(1025, Refused.TOO_LARGE);
  }

  private void badRequest(int length, Refused why) throws Exception {
    byte[] bad = ByteBuffer.allocate(4).putInt(length).array();
    try (TestServer served = TestServer.frames(model, TestServer::same);
        Client other = served.connect()) {
      other.sendFrames("before");
      other.expectFrames("before");
      try (Client client = served.connect()) {
        client.sendFrames("good");
        client.expectFrames("good");
        client.send(bad);
        client.expectEnd();
      }
      served.awaitOpen(1);
      assertThat(served.refused(why)).as("refused as " + why).isEqualTo(1);
      other.sendFrames("after");
      other.expectFrames("after");
    }
  }

  /** What came before it, in the same packet, is answered. */
  @Test
  void goodRequestsBeforeABadOneAreAnswered() throws Exception {
    byte[] good = Client.frames("one", "two", "three");
    ByteBuffer all = ByteBuffer.allocate(good.length + 4).put(good).putInt(-1);
    try (TestServer served = TestServer.frames(model, TestServer::same);
        Client client = served.connect()) {
      client.send(all.array());
      client.expectFrames("one", "two", "three");
      client.expectEnd();
      served.awaitOpen(0);
      assertThat(served.refused(Refused.MALFORMED)).isEqualTo(1);
      served.awaitAnswered(3);
    }
  }

  /** More than was read is on its way, so that the end may be a reset. */
  @Test
  void garbageWithoutEnd() throws Exception {
    byte[] garbage = new byte[1 << 20];
    Arrays.fill(garbage, (byte) 0xff);
    try (TestServer served = TestServer.frames(model, TestServer::same)) {
      try (Client client = served.connect()) {
        Background<Void> sending =
            Background.run(
                () -> {
                  try {
                    client.send(garbage);
                  } catch (IOException e) {
                    // the server has gone, as it should
                  }
                });
        client.expectGone();
        sending.join();
      }
      served.awaitOpen(0);
      assertThat(served.refused(Refused.MALFORMED)).isEqualTo(1);
      expectServing(served);
    }
  }

  private static void expectServing(TestServer served) throws IOException {
    try (Client client = served.connect()) {
      client.sendFrames("still there?");
      client.expectFrames("still there?");
    }
  }

  @Test
  void aStreamThatEndsWithinARequest() throws Exception {
    try (TestServer served = TestServer.frames(model, TestServer::same);
        Client client = served.connect()) {
      client.sendFrames("whole");
      client.send(new byte[] {0, 0, 0, 9, 'h', 'a', 'l', 'f'});
      client.sendEnd();
      client.expectFrames("whole");
      client.expectEnd();
      served.awaitOpen(0);
      assertThat(served.server.stats().requests()).isEqualTo(1);
    }
  }

  @Test
  void aResetWithinARequest() throws Exception {
    try (TestServer served = TestServer.frames(model, TestServer::same)) {
      for (int i = 0; i < 20; i++) {
        Client client = served.connect();
        client.sendFrames("whole");
        client.expectFrames("whole");
        client.send(new byte[] {0, 0, 0, 9, 'h', 'a', 'l', 'f'});
        client.reset();
      }
      served.awaitOpen(0);
      expectServing(served);
    }
  }

  // ---- what handlers do

  @Test
  void aHandlerThatThrowsEndsItsConnectionAfterEarlierAnswers() throws Exception {
    List<String> handled = new CopyOnWriteArrayList<>();
    Handler<String, String> handler =
        (request, reply) -> {
          handled.add(request);
          if (request.equals("throw")) {
            throw new IllegalStateException("as asked");
          }
          reply.send(request);
        };
    try (TestServer served = TestServer.frames(model, handler);
        Client other = served.connect()) {
      other.sendFrames("before");
      other.expectFrames("before");
      try (Client client = served.connect()) {
        client.sendFrames("one", "two", "throw", "never");
        client.expectFrames("one", "two");
        client.expectEnd();
      }
      served.awaitOpen(1);
      other.sendFrames("after");
      other.expectFrames("after");
      assertThat(handled).containsExactly("before", "one", "two", "throw", "after");
      assertThat(served.server.stats().failed()).isEqualTo(1);
      served.awaitAnswered(4);
      Await.until("the failure is reported", () -> !served.failures.isEmpty());
      assertThat(served.failures.poll())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("as asked");
    }
  }

  @Test
  void anErrorIsAFailureToo() throws Exception {
    Handler<String, String> handler =
        (request, reply) -> {
          throw new StackOverflowError("as asked");
        };
    try (TestServer served = TestServer.frames(model, handler);
        Client client = served.connect()) {
      client.sendFrames("anything");
      client.expectEnd();
      served.awaitOpen(0);
      Await.until("the failure is reported", () -> !served.failures.isEmpty());
      assertThat(served.failures.poll()).isInstanceOf(StackOverflowError.class);
      assertThat(served.server.stats().failed()).isEqualTo(1);
    }
  }

  @Test
  void anAnswerThatCannotBeEncodedIsAFailure() throws Exception {
    Handler<String, String> handler =
        (request, reply) -> reply.send(request.equals("bad") ? null : request);
    try (TestServer served = TestServer.frames(model, handler)) {
      try (Client client = served.connect()) {
        client.sendFrames("good", "bad");
        client.expectFrames("good");
        client.expectEnd();
      }
      served.awaitOpen(0);
      Await.until("the failure is reported", () -> !served.failures.isEmpty());
      assertThat(served.failures.poll()).isInstanceOf(NullPointerException.class);
      expectServing(served);
    }
  }

  @Test
  void replyCloseEndsTheConnectionAfterTheAnswers() throws Exception {
    List<String> handled = new CopyOnWriteArrayList<>();
    Handler<String, String> handler =
        (request, reply) -> {
          handled.add(request);
          reply.send(request);
          if (request.equals("quit")) {
            reply.close();
            reply.send("bye");
          }
        };
    try (TestServer served = TestServer.frames(model, handler);
        Client client = served.connect()) {
      client.sendFrames("one", "quit", "never");
      client.expectFrames("one", "quit", "bye");
      client.expectEnd();
      served.awaitOpen(0);
      assertThat(handled).containsExactly("one", "quit");
      served.awaitAnswered(2);
    }
  }

  @Test
  void aClientThatDoesNotCloseIsNotWaitedForLong() throws Exception {
    Handler<String, String> handler =
        (request, reply) -> {
          reply.send(request);
          reply.close();
        };
    byte[] one = Client.frames("one");
    try (TestServer served = TestServer.frames(model, handler);
        Client client = served.connect()) {
      client.send(one);
      assertThat(client.readToEnd()).isEqualTo(one);
      served.awaitOpen(0);
    }
  }

  @Test
  void whatOpensAndEndsAConnectionMaySend() throws Exception {
    Handler<String, String> handler =
        new Handler<>() {
          @Override
          public void handle(String request, Reply<String> reply) throws Exception {
            reply.send(request);
          }

          @Override
          public void opened(Reply<String> reply) throws Exception {
            reply.send("hello");
          }

          @Override
          public void ended(Reply<String> reply) throws Exception {
            reply.send("bye");
          }
        };
    try (TestServer served = TestServer.frames(model, handler)) {
      try (Client client = served.connect()) {
        client.expectFrames("hello"); // before it sends anything
        client.sendFrames("one", "two");
        client.sendEnd();
        client.expectFrames("one", "two", "bye");
        client.expectEnd();
      }
      try (Client client = served.connect()) {
        client.sendEnd();
        client.expectFrames("hello", "bye");
        client.expectEnd();
      }
      served.awaitOpen(0);
      assertThat(served.server.stats().requests()).isEqualTo(2);
    }
  }

  @Test
  void openedMayRefuse() throws Exception {
    Handler<String, String> handler =
        new Handler<>() {
          @Override
          public void handle(String request, Reply<String> reply) throws Exception {
            reply.send("never");
          }

          @Override
          public void opened(Reply<String> reply) throws Exception {
            reply.send("go away");
            reply.close();
          }
        };
    try (TestServer served = TestServer.frames(model, handler);
        Client client = served.connect()) {
      client.expectFrames("go away");
      client.expectEnd();
      served.awaitOpen(0);
    }
  }

  @Test
  void aHandlerForEachConnection() throws Exception {
    try (TestServer served = TestServer.frames(model, Counting::new);
        Client a = served.connect();
        Client b = served.connect()) {
      a.sendFrames("x", "x", "x");
      a.expectFrames("1", "2", "3");
      b.sendFrames("x");
      b.expectFrames("1");
      a.sendFrames("x");
      a.expectFrames("4");
    }
  }

  /** Keeps something without any protection: what one call wrote, the next one sees. */
  private static final class Counting implements Handler<String, String> {
    private int requests;

    @Override
    public void handle(String request, Reply<String> reply) throws Exception {
      reply.send(Integer.toString(++requests));
    }
  }

  @Test
  void theHandlerKnowsTheClient() throws Exception {
    Handler<String, String> handler =
        (request, reply) -> {
          InetSocketAddress remote = reply.remoteAddress();
          reply.send(remote.getAddress().getHostAddress() + " " + remote.getPort());
        };
    try (TestServer served = TestServer.frames(model, handler);
        Client client = served.connect()) {
      client.sendFrames("who am I?");
      client.expectFrames("127.0.0.1 " + client.port());
    }
  }

  // ---- streams

  @Test
  void manyAnswersToOneRequest() throws Exception {
    int many = 10_000;
    Handler<String, String> handler =
        (request, reply) -> {
          for (int i = 0; i < many; i++) {
            reply.send(request + i);
          }
        };
    String[] answers = IntStream.range(0, many).mapToObj(i -> "answer " + i).toArray(String[]::new);
    try (TestServer served = TestServer.frames(model, handler);
        Client client = served.connect()) {
      client.sendFrames("answer ", "answer ");
      client.expectFrames(answers);
      client.expectFrames(answers);
    }
  }

  @Test
  void manyRequestsToOneAnswer() throws Exception {
    String[] requests = numbered(10_000);
    long characters = Arrays.stream(requests).mapToInt(String::length).sum();
    try (TestServer served = TestServer.frames(model, Summing::new);
        Client client = served.connect()) {
      client.sendFrames(requests);
      client.sendEnd();
      client.expectFrames(Long.toString(characters));
      client.expectEnd();
    }
  }

  private static final class Summing implements Handler<String, String> {
    private long characters;

    @Override
    public void handle(String request, Reply<String> reply) {
      characters += request.length();
    }

    @Override
    public void ended(Reply<String> reply) throws Exception {
      reply.send(Long.toString(characters));
    }
  }
}
