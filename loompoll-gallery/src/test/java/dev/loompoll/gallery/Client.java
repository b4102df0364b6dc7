package dev.loompoll.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A plain client. */
final class Client implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  final Socket socket;
  final InputStream in;
  final OutputStream out;

  Client(GalleryServer server) throws IOException {
    this(server.address(), 0);
  }

  Client(GalleryServer server, int receiveBuffer) throws IOException {
    this(server.address(), receiveBuffer);
  }

  /**
   * @param receiveBuffer 0 is the system's
   */
  Client(InetSocketAddress server, int receiveBuffer) throws IOException {
    socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(server, PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  /** Bytes that tell when they are not where they should be. */
  static byte[] data(int length, long seed) {
    byte[] data = new byte[length];
    new Random(seed).nextBytes(data);
    return data;
  }

  /** A thread that sends while somebody else receives. */
  FutureTask<Void> sending(byte[] data, AtomicLong sent) {
    return inThread(
        () -> {
          int piece = 64 * 1024;
          for (int i = 0; i < data.length; i += piece) {
            int n = Math.min(piece, data.length - i);
            out.write(data, i, n);
            sent.addAndGet(n);
          }
          return null;
        });
  }

  static <T> FutureTask<T> inThread(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.startVirtualThread(task);
    return task;
  }

  /** Sends it while it receives as much; that has to be the same. */
  void echo(byte[] data) throws Exception {
    FutureTask<Void> sender = sending(data, new AtomicLong());
    assertThat(receive(data.length)).isEqualTo(data);
    sender.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  byte[] receive(int length) throws IOException {
    byte[] got = in.readNBytes(length);
    if (got.length < length) {
      throw new EOFException("got " + got.length + " of " + length + " bytes");
    }
    return got;
  }

  /** Ends the connection by RST. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
