package dev.loompoll.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * An echo server that is good for {@link #GOOD} bytes of each connection and then bad, in one way.
 * In the JVM of a test, or a process of its own.
 */
final class BadServer implements AutoCloseable {
  static final int GOOD = 600;

  enum Way {
    /** Not bad at all: whether the test itself is right. */
    NONE,
    /** One bit of one byte is another. */
    CORRUPTS,
    /** One byte is not sent, nor what follows it. */
    LOSES,
    /** One byte is not sent, what follows it is. */
    SKIPS,
    /** A byte more is sent. */
    ADDS,
    CLOSES
  }

  private final ServerSocket listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
  private final Way way;

  BadServer(Way way) throws IOException {
    this.way = way;
    Thread.ofPlatform().daemon().start(this::accept);
  }

  public static void main(String[] args) throws Exception {
    BadServer server = new BadServer(Way.valueOf(args[0]));
    System.out.println("listening on 127.0.0.1:" + server.port());
    while (System.in.read() >= 0) {
      // until the bench ends
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      byte[] buffer = new byte[16 * 1024];
      long seen = 0;
      for (int n; (n = in.read(buffer)) > 0; ) {
        int bad = (int) Math.min(GOOD - seen, n); // where in this buffer
        if (bad < 0 || bad == n || way == Way.NONE) {
          if (bad >= 0 || way != Way.LOSES) {
            out.write(buffer, 0, n);
          }
        } else if (!misbehave(out, buffer, bad, n)) {
          return;
        }
        seen += n;
      }
    } catch (IOException e) {
      // the generator is done with it
    }
  }

  /** Returns whether to go on. */
  private boolean misbehave(OutputStream out, byte[] buffer, int bad, int n) throws IOException {
    if (way == Way.CORRUPTS) {
      buffer[bad] ^= 1;
      out.write(buffer, 0, n);
      return true;
    }
    out.write(buffer, 0, bad);
    switch (way) {
      case ADDS -> {
        byte[] more = new byte[n - bad + 1];
        System.arraycopy(buffer, bad, more, 0, n - bad);
        out.write(more);
      }
      case SKIPS -> out.write(buffer, bad + 1, n - bad - 1);
      default -> {}
    }
    return way != Way.CLOSES;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
