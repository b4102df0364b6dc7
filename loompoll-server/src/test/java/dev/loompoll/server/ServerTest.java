package dev.loompoll.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.Conn;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server is made of, and what is said when it cannot be. */
class ServerTest {
  private static Server.Builder<String, String> lines() {
    return Server.builder()
        .handler(Codecs.lines(100), Handler.answering(line -> "you said " + line));
  }

  /** The README's. */
  @ParameterizedTest
  @EnumSource(Model.class)
  void theProgramOfTheReadme(Model model) throws Exception {
    try (Server server = lines().listen("tcp", "127.0.0.1:0").model(model).start();
        Socket client = new Socket("127.0.0.1", server.address().getPort())) {
      client.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
      byte[] answer = client.getInputStream().readNBytes("you said hello\n".length());
      assertThat(new String(answer, StandardCharsets.UTF_8)).isEqualTo("you said hello\n");
      DrainResult end = server.drain(Duration.ofSeconds(30));
      assertThat(end.graceful()).isEqualTo(1);
      assertThat(end.forced()).isZero();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(server.drain(Duration.ZERO)).as("it has ended").isEqualTo(end);
    }
  }

  @Test
  void afterStopAcceptingThoseInsideNoticeNothing() throws Exception {
    try (Server server = lines().listen("tcp", "127.0.0.1:0").start();
        Socket client = new Socket("127.0.0.1", server.address().getPort())) {
      client.getOutputStream().write("a\n".getBytes(StandardCharsets.UTF_8));
      client.getInputStream().readNBytes("you said a\n".length());
      assertThat(server.stopAccepting()).isEqualTo(1);
      assertThat(server.stopAccepting()).isEqualTo(1);
      assertThatThrownBy(() -> new Socket("127.0.0.1", server.address().getPort()))
          .isInstanceOf(ConnectException.class);
      client.getOutputStream().write("b\n".getBytes(StandardCharsets.UTF_8));
      assertThat(client.getInputStream().readNBytes("you said b\n".length()))
          .isEqualTo("you said b\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Model.class,
      names = {"PIPELINE", "REACTOR", "CLASSIC", "LOOP"})
  void aHandlerOfConnectionsNeedsAModelThatGivesThem(Model model) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Server.builder()
                    .listen("tcp", "127.0.0.1:0")
                    .model(model)
                    .connHandler(Conn::close)
                    .start())
        .withMessageContaining("model " + model.label())
        .withMessageContaining("goroutine and thread");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> lines().start())
        .withMessage("no address to listen on");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Server.builder().listen("tcp", "127.0.0.1:0").start())
        .withMessage("no handler");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> lines().reactors(0))
        .withMessage("reactors 0 is not from 1 to 1024");
  }

  @ParameterizedTest
  @EnumSource(Model.class)
  void aFailedBindSaysWhichAddressAndFreesTheOthers(Model model) throws Exception {
    try (Server first = lines().listen("tcp", "127.0.0.1:0").start()) {
      String taken = "127.0.0.1:" + first.address().getPort();
      assertThatThrownBy(
              () -> lines().model(model).listen("tcp", "127.0.0.1:0").listen("tcp", taken).start())
          .isInstanceOf(BindException.class)
          .hasMessageContaining(taken)
          .hasMessageContaining("EADDRINUSE");
    }
  }

  @Test
  void aNegativePatience() throws Exception {
    try (Server server = lines().listen("tcp", "127.0.0.1:0").start()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> server.drain(Duration.ofNanos(-1)))
          .withMessage("patience is negative: PT-0.000000001S");
    }
  }
}
