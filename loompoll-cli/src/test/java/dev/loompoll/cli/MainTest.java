package dev.loompoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments, exit statuses and error lines. */
class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  /** One line on stderr that contains all of {@code parts}, and nothing on stdout. */
  private void assertError(String... parts) {
    assertThat(err.toString()).contains(parts).endsWith("\n").doesNotContain("\tat ");
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense                                | unknown command "nonsense": there are bench, dial, doctor
          --nonsense                              | Unknown option: '--nonsense'
          echo extra                              | extra
          echo --nonsense                         | Unknown option: '--nonsense'
          echo --model fibres                     | unknown model "fibres": there are goroutine, pipeline, reactor, classic, thread, loop, blocking, nonblocking, multiplex, multiplex-select, multiplex-poll, signal
          echo --poller kqueue                    | unknown poller "kqueue": there is epoll
          echo --procs 0                          | --procs 0 is not from 1 to 4096
          echo --procs many                       | 'many' is not an int
          echo --drain 10                         | "10" is not a time like 10s
          echo --drain -1s                        | "-1s" is not a time like 10s
          echo --listen                           | --listen
          echo --listen 127.0.0.1                 | address "127.0.0.1": missing port
          echo --listen 127.0.0.1:65536           | port "65536"
          echo --listen 127.0.0.1:http            | port "http"
          echo --listen ::1:80                    | in brackets
          echo --listen 999.0.0.1:80              | unknown host 999.0.0.1
          dial                                    | Missing required parameter: 'ADDRESS'
          dial 127.0.0.1:1 127.0.0.1:2            | 127.0.0.1:2
          dial localhost                          | address "localhost": missing port
          dial 127.0.0.1:-1                       | port "-1"
          dial [::1:80                            | missing ']'
          dial @nosuchfile:1                      | @nosuchfile
          doctor extra                            | extra
          bench --workloads knitting              | unknown workload 'knitting'; there are ping-pong, pipelined
          bench --contestants nobody              | unknown contestant 'nobody'; there are
          bench nonsense                          | unknown command "nonsense": there are compare, epolls, idle
          help nonsense                           | nonsense
          """)
  void aBadArgumentIsAUsageError(String args, String message) {
    assertThat(run(args.split(" ", -1))).isEqualTo(2);
    assertError(message);
  }

  @Test
  void noCommandIsAUsageErrorThatNamesThem() {
    assertThat(run()).isEqualTo(2);
    assertError("no command given: there are bench, dial, doctor, echo, help");
  }

  @Test
  void anAddressInUseIsNamed() throws Exception {
    try (Listener taken = Net.listen("tcp", "127.0.0.1:0")) {
      String address = "127.0.0.1:" + taken.address().getPort();

      assertThat(run("echo", "--listen", address)).isEqualTo(1);
      assertError("loompoll echo: ", address, "address already in use (EADDRINUSE)");
    }
  }

  @Test
  void anAddressOfAnotherMachineIsAFailure() {
    assertThat(run("echo", "--listen", "192.0.2.1:8888")).isEqualTo(1); // TEST-NET-1
    assertError("192.0.2.1:8888", "(EADDRNOTAVAIL)");
  }

  @Test
  void optionsReachTheCoreAsProperties() {
    String before = System.getProperty("loompoll.procs");
    try {
      assertThat(run("echo", "--procs", "3", "--poller", "epoll", "--listen", "bad")).isEqualTo(2);
      assertThat(System.getProperty("loompoll.procs")).isEqualTo("3");
      assertThat(System.getProperty("loompoll.poller")).isEqualTo("epoll");
    } finally {
      System.clearProperty("loompoll.poller");
      if (before == null) {
        System.clearProperty("loompoll.procs");
      } else {
        System.setProperty("loompoll.procs", before);
      }
    }
  }

  @Test
  void refusedIsAFailure() throws Exception {
    String address = refusingAddress();

    assertThat(run("dial", address)).isEqualTo(1);
    assertError("loompoll dial: ", address, "connection refused (ECONNREFUSED)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--debug dial", "dial --debug"})
  void aStackTraceTakesDebug(String command) throws Exception {
    assertThat(run((command + " " + refusingAddress()).split(" ", -1))).isEqualTo(1);

    assertThat(err.toString().lines().findFirst()).get().asString().startsWith("loompoll dial: ");
    assertThat(err.toString()).contains("java.net.ConnectException", "\tat ");
  }

  @Test
  void theVersionNamesJdkAndKernel() {
    assertThat(run("--version")).isZero();

    assertThat(out.toString())
        .matches("loompoll development \\(JDK 25\\S*, Linux \\d+\\.\\d+\\S* \\w+\\)\n");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--help", "help", "echo --help", "help dial", "doctor -h", "bench --help"})
  void helpIsOnStdout(String args) {
    assertThat(run(args.split(" ", -1))).isZero();

    assertThat(out.toString()).startsWith("Usage: loompoll");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theDoctorLooksAtEverything() {
    assertThat(run("doctor")).isZero();

    assertThat(out.toString())
        .contains("JDK  ", "native access", "scheduler", "epoll", "io_uring", "descriptors")
        .contains("backlog", "CPUs", "jdk.trackAllThreads")
        .doesNotContain("\u001b");
    assertThat(out.toString().lines()).allMatch(s -> s.matches("(ok  |note|warn|    ) .*"));
    assertThat(err.toString()).isEmpty();
  }

  /** A port that was free a moment ago. */
  private static String refusingAddress() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + free.getLocalPort();
    }
  }
}
