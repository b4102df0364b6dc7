package dev.loompoll.bench.overload;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** The JDK's own: {@code java.net} sockets, a virtual thread a connection, and nothing else. */
public final class VirtualServer {
  private VirtualServer() {}

  public static void main(String[] args) throws Exception {
    BareFrames frames = new BareFrames(Busy.calibrate(), ServerMain.options(args));
    try (ServerSocket listener =
        new ServerSocket(0, ServerMain.BACKLOG, InetAddress.getByName("127.0.0.1"))) {
      Thread acceptor = Thread.ofVirtual().name("accept").start(() -> accept(listener, frames));
      ServerMain.listening((InetSocketAddress) listener.getLocalSocketAddress(), frames::stats);
      acceptor.join();
    }
  }

  private static void accept(ServerSocket listener, BareFrames frames) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        frames.accepted.increment();
        Thread.ofVirtual().start(() -> serve(socket, frames));
      } catch (IOException e) {
        // out of descriptors: it tries again, as a program without any care for that does
      }
    }
  }

  private static void serve(Socket socket, BareFrames frames) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      frames.serve(
          new BareFrames.Stream() {
            @Override
            public int read(byte[] b, int offset, int length) throws IOException {
              return in.read(b, offset, length);
            }

            @Override
            public void write(byte[] b) throws IOException {
              out.write(b);
            }
          });
    } catch (IOException e) {
      // the generator is done with it
    }
  }
}
