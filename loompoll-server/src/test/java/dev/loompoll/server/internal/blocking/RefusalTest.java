package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RefusalTest {
  private static final byte[] ANSWER = "come back later".getBytes(StandardCharsets.UTF_8);

  /** Much more than kernels buffer: who does not read cannot be sent all of it. */
  @Test
  void itDoesNotWaitForTheClient() throws Exception {
    byte[] much = new byte[64 * 1024 * 1024];
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0");
        Socket client = new Socket("127.0.0.1", listener.address().getPort())) {
      Conn conn = listener.accept();
      new Refusal(ByteBuffer.wrap(much)).turnAway(conn); // returns, though nobody reads
      assertThat(conn.isOpen()).isFalse();
      long got = client.getInputStream().readAllBytes().length;
      assertThat(got).isPositive().isLessThan(much.length);
    }
  }

  /** Its request has come already, and is not read: that must not become a reset. */
  @Test
  void whoHasSentARequestReadsTheAnswer() throws Exception {
    Refusal refusal = new Refusal(ByteBuffer.wrap(ANSWER));
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      for (int i = 0; i < 100; i++) { // one is made for many
        try (Socket client = new Socket("127.0.0.1", listener.address().getPort())) {
          client.getOutputStream().write("a request".getBytes(StandardCharsets.UTF_8));
          refusal.turnAway(listener.accept());
          assertThat(client.getInputStream().readAllBytes()).isEqualTo(ANSWER);
        }
      }
    }
  }

  @Test
  void withoutAnAnswerItJustEnds() throws Exception {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0");
        Socket client = new Socket("127.0.0.1", listener.address().getPort())) {
      new Refusal(null).turnAway(listener.accept());
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }
}
