package dev.loompoll.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.internal.jdk.JdkBug;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code loompoll echo} in a process of its own. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class EchoTest {
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable c : toClose) {
      c.close();
    }
  }

  private CommandProcess echo(String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of("echo", "--listen", "127.0.0.1:0"));
    args.addAll(List.of(more));
    CommandProcess server = CommandProcess.start(args.toArray(String[]::new));
    toClose.add(server);
    return server;
  }

  private static int port(CommandProcess server) throws IOException {
    String line = server.line();
    assertThat(line).matches("listening on 127\\.0\\.0\\.1:[1-9]\\d*");
    List<String> bugs = JdkBug.here().stream().map(JdkBug::id).toList();
    if (!bugs.isEmpty()) { // one line on stderr, the first, names them
      assertThat(server.errorLine()).startsWith("loompoll: known bugs of this JDK").contains(bugs);
    }
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  private Socket connect(int port) throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    toClose.add(socket);
    return socket;
  }

  private static void assertEchoes(Socket socket) throws IOException {
    byte[] ping = "ping".getBytes();
    socket.getOutputStream().write(ping);
    assertThat(socket.getInputStream().readNBytes(ping.length)).isEqualTo(ping);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aSignalEndsItWithStatusZero(String signal) throws Exception {
    CommandProcess server = echo();
    assertEchoes(connect(port(server)));
    toClose.removeLast().close();
    server.signal(signal);

    assertThat(server.exit()).isZero();
    assertThat(server.line()).isNull();
  }

  static List<String> models() {
    return EchoModels.NAMES;
  }

  @Tag("system") // for its time only: a JVM for each
  @ParameterizedTest
  @MethodSource("models")
  void everyModelEchoesAndEnds(String model) throws Exception {
    CommandProcess server = echo("--model", model, "--drain", "0");
    int port = port(server);
    Socket one = connect(port);
    Socket two = connect(port);
    assertEchoes(one);
    assertEchoes(two);
    one.shutdownOutput();
    assertThat(one.getInputStream().read()).isEqualTo(-1);
    assertEchoes(two);
    server.signal("TERM");

    assertThat(two.getInputStream().read()).isEqualTo(-1);
    assertThat(server.exit()).isZero();
  }

  @Test
  void connectionsMayFinishAfterTheFirstSignal() throws Exception {
    CommandProcess server = echo("--drain", "1h");
    int port = port(server);
    Socket one = connect(port);
    Socket two = connect(port);
    assertEchoes(one);
    assertEchoes(two);
    server.signal("TERM");
    assertThat(server.errorLine())
        .isEqualTo(
            "loompoll echo: stopping; waiting for 2 connections, a second signal closes at once");

    assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
    assertEchoes(one);
    assertEchoes(two);
    one.close();
    assertEchoes(two);
    two.shutdownOutput();
    assertThat(two.getInputStream().read()).isEqualTo(-1);
    assertThat(server.exit()).isZero();
    assertThat(server.errorLines()).isEmpty();
  }

  @Test
  void theSecondSignalClosesAtOnce() throws Exception {
    CommandProcess server = echo("--drain", "1h");
    Socket socket = connect(port(server));
    assertEchoes(socket);
    server.signal("TERM");
    assertThat(server.errorLine()).contains("waiting for 1 connection,");
    server.signal("INT");

    assertThat(socket.getInputStream().read()).isEqualTo(-1);
    assertThat(server.exit()).isZero();
    assertThat(server.errorLines())
        .containsExactly("loompoll echo: closed 1 connection that had not finished");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "100ms"})
  void connectionsThatDoNotFinishInTimeAreClosed(String drain) throws Exception {
    CommandProcess server = echo("--drain", drain);
    Socket socket = connect(port(server));
    assertEchoes(socket);
    server.signal("TERM");

    assertThat(socket.getInputStream().read()).isEqualTo(-1);
    assertThat(server.exit()).isZero();
    assertThat(server.errorLines())
        .last()
        .isEqualTo("loompoll echo: closed 1 connection that had not finished");
  }

  @Test
  void aResetEndsOneConnectionQuietly() throws Exception {
    CommandProcess server = echo();
    int port = port(server);
    Socket rude = connect(port);
    assertEchoes(rude);
    rude.setSoLinger(true, 0);
    rude.close();

    assertEchoes(connect(port));
    toClose.removeLast().close();
    server.signal("TERM");
    assertThat(server.exit()).isZero();
    assertThat(server.errorLines()).noneMatch(s -> s.contains("reset") || s.contains("\tat "));
  }

  @Test
  void withoutNativeAccessOneLineSaysWhatToDo() throws Exception {
    List<String> denied = List.of("--illegal-native-access=deny");
    try (CommandProcess server = CommandProcess.withJvm(denied, "echo")) {
      assertThat(server.exit()).isEqualTo(1);
      assertThat(server.errorLines())
          .singleElement()
          .asString()
          .contains("denies native access", "--enable-native-access=ALL-UNNAMED");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "loompoll.procs, 0, 1, 4096",
    "loompoll.procs, many, 1, 4096",
    "loompoll.maxMachines, -1, 2, 65534",
    "loompoll.maxMachines, 1, 2, 65534",
    "loompoll.demotion, 20, 0, 19",
  })
  void aPropertyOutOfRangeIsNamed(String property, String value, int least, int most)
      throws Exception {
    List<String> options =
        List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "-Dloompoll.procs=2",
            "-D" + property + "=" + value);
    try (CommandProcess server = CommandProcess.withJvm(options, "echo")) {
      assertThat(server.exit()).isEqualTo(1);
      assertThat(server.errorLines())
          .singleElement()
          .asString()
          .endsWith("-D%s=%s: not a number from %d to %d".formatted(property, value, least, most));
    }
  }

  @Test
  void theDoctorSaysWhenNothingCanWork() throws Exception {
    List<String> denied = List.of("--illegal-native-access=deny");
    try (CommandProcess doctor = CommandProcess.withJvm(denied, "doctor")) {
      assertThat(doctor.exit()).isEqualTo(1);
      assertThat(doctor.errorLines()).singleElement().asString().contains("denies native access");
    }
  }
}
