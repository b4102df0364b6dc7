package dev.loompoll.server.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** A client of the JDK's own kind. A read that finds nothing for 30 s fails. */
final class Client implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;
  private final DataInputStream in;

  Client(InetSocketAddress server) throws IOException {
    socket = new Socket(server.getAddress(), server.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  int port() {
    return socket.getLocalPort();
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** Ends the stream to the server; its answers still come. */
  void sendEnd() throws IOException {
    socket.shutdownOutput();
  }

  byte[] read(int n) throws IOException {
    return in.readNBytes(n);
  }

  /** What comes until the server ends the stream. */
  byte[] readToEnd() throws IOException {
    return in.readAllBytes();
  }

  /** The server ends the stream, in order, and nothing comes before that. Then so does this. */
  void expectEnd() throws IOException {
    assertThat(in.read()).as("end of stream").isEqualTo(-1);
    socket.close(); // a server may wait for that a little
  }

  /** The connection ends, in order or by a reset, whatever comes before that. */
  void expectGone() throws IOException {
    try {
      in.readAllBytes();
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  /** Sends and reads at the same time; what comes back must be the same. */
  void echo(byte[] bytes) throws Exception {
    Background<Void> sending = Background.run(() -> send(bytes));
    expect(bytes);
    sending.join();
  }

  /** For few bytes: sends, then reads. */
  void smallEcho(byte[] bytes) throws IOException {
    send(bytes);
    expect(bytes);
  }

  void expect(byte[] bytes) throws IOException {
    byte[] back = read(bytes.length);
    assertThat(back.length).as("bytes that came back").isEqualTo(bytes.length);
    assertThat(Arrays.mismatch(back, bytes)).as("first byte that differs").isEqualTo(-1);
  }

  // ---- frames with a length of four bytes

  static byte[] frames(String... payloads) {
    ByteBuffer all =
        ByteBuffer.allocate(
            Arrays.stream(payloads).mapToInt(p -> 4 + p.getBytes(UTF_8).length).sum());
    for (String payload : payloads) {
      byte[] bytes = payload.getBytes(UTF_8);
      all.putInt(bytes.length).put(bytes);
    }
    return all.array();
  }

  void sendFrames(String... payloads) throws IOException {
    send(frames(payloads));
  }

  String readFrame() throws IOException {
    byte[] payload = new byte[in.readInt()];
    in.readFully(payload);
    return new String(payload, UTF_8);
  }

  void expectFrames(String... payloads) throws IOException {
    for (int i = 0; i < payloads.length; i++) {
      String got;
      try {
        got = readFrame();
      } catch (EOFException e) {
        throw new AssertionError("the stream ended before answer " + i + ", " + payloads[i], e);
      }
      assertThat(got).as("answer " + i).isEqualTo(payloads[i]);
    }
  }

  // ---- ends

  /** Ends the connection by a reset. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
