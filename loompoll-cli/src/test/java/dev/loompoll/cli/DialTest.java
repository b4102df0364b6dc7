package dev.loompoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code loompoll dial} in a process of its own, against peers of all manners. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class DialTest {
  @TempDir private Path tmp;
  private ServerSocket listener;
  private String address;

  @BeforeEach
  void listen() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    address = "127.0.0.1:" + listener.getLocalPort();
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
  }

  private Path file(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(1).nextBytes(bytes);
    return Files.write(tmp.resolve("input"), bytes);
  }

  @Test
  void talksToEcho() throws Exception {
    Path input = file(3_000_000);
    try (CommandProcess server = CommandProcess.start("echo", "--listen", "127.0.0.1:0")) {
      String at = server.line().substring("listening on ".length());
      try (CommandProcess dial = CommandProcess.withInput(input, "dial", at)) {
        byte[] back = dial.process().getInputStream().readAllBytes();

        assertThat(back).isEqualTo(Files.readAllBytes(input));
        assertThat(dial.exit()).isZero();
        assertThat(dial.errorLines()).isEmpty();
      }
    }
  }

  @Test
  void theEndOfStdinReachesThePeerAndThePeersAnswerStillComes() throws Exception {
    try (CommandProcess dial = CommandProcess.start("dial", address)) {
      try (Socket peer = listener.accept()) {
        dial.stdin().write("question\n".getBytes());
        dial.stdin().close();
        assertThat(peer.getInputStream().readAllBytes()).asString().isEqualTo("question\n");
        peer.getOutputStream().write("answer\n".getBytes());
      }
      assertThat(dial.line()).isEqualTo("answer");
      assertThat(dial.exit()).isZero();
    }
  }

  @Test
  void thePeersCloseEndsItThoughStdinIsOpen() throws Exception {
    try (CommandProcess dial = CommandProcess.start("dial", address)) {
      Socket peer = listener.accept();
      peer.getOutputStream().write("bye\n".getBytes());
      peer.close();

      assertThat(dial.line()).isEqualTo("bye");
      assertThat(dial.exit()).isZero();
      assertThat(dial.errorLines()).isEmpty();
    }
  }

  @Test
  void aPeerThatOnlyReadsGetsAllOfStdin() throws Exception {
    Path input = file(5_000_000);
    try (CommandProcess dial = CommandProcess.withInput(input, "dial", address);
        Socket peer = listener.accept()) {
      peer.shutdownOutput(); // as nc -N with an empty stdin does
      assertThat(peer.getInputStream().readAllBytes()).isEqualTo(Files.readAllBytes(input));
      assertThat(dial.exit()).isZero();
    }
  }

  @Test
  void aFailedWriteDoesNotSwallowWhatThePeerSaid() throws Exception {
    Path input = file(20_000_000);
    try (CommandProcess dial = CommandProcess.withInput(input, "dial", address)) {
      Socket peer = listener.accept();
      peer.getInputStream().readNBytes(1000);
      peer.getOutputStream().write("no more, thanks\n".getBytes());
      peer.close(); // with input unread: that is a reset

      assertThat(dial.line()).isEqualTo("no more, thanks");
      assertThat(dial.exit()).isEqualTo(1);
      assertThat(dial.errorLines()).singleElement().asString().startsWith("loompoll dial: ");
    }
  }

  @Test
  void bothDirectionsAtOnce() throws Exception {
    Path input = file(5_000_000);
    byte[] expected = Files.readAllBytes(input);
    try (CommandProcess dial = CommandProcess.withInput(input, "dial", address);
        Socket peer = listener.accept()) {
      // Neither side reads before it has written more than any buffer holds.
      Thread writer = Thread.startVirtualThread(() -> write(peer, expected));
      InputStream out = dial.process().getInputStream();
      assertThat(out.readNBytes(expected.length)).isEqualTo(expected);
      assertThat(peer.getInputStream().readAllBytes()).isEqualTo(expected);
      writer.join();
      peer.close();
      assertThat(dial.exit()).isZero();
    }
  }

  private static void write(Socket peer, byte[] bytes) {
    try {
      OutputStream out = peer.getOutputStream();
      out.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aClosedStdoutIsAFailure() throws Exception {
    try (CommandProcess dial = CommandProcess.start("dial", address);
        Socket peer = listener.accept()) {
      dial.process().getInputStream().close();
      peer.getOutputStream().write("hello\n".getBytes());

      assertThat(dial.exit()).isEqualTo(1);
      assertThat(dial.errorLines()).containsExactly("loompoll dial: stdout: Broken pipe");
    }
  }

  @Test
  void refusedIsOneLine() throws Exception {
    listener.close();
    try (CommandProcess dial = CommandProcess.start("dial", address)) {
      assertThat(dial.exit()).isEqualTo(1);
      assertThat(dial.errorLines())
          .containsExactly(
              "loompoll dial: dial tcp " + address + ": connection refused (ECONNREFUSED)");
    }
  }
}
