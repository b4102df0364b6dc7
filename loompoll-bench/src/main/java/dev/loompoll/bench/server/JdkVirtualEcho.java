package dev.loompoll.bench.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** What the JDK offers: {@code java.net} sockets, a virtual thread per connection. */
public final class JdkVirtualEcho {
  private JdkVirtualEcho() {}

  public static void main(String[] args) throws Exception {
    ServerOptions options = ServerOptions.parse(args);
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(new InetSocketAddress(options.host(), options.port()), options.backlog());
      Thread acceptor = Thread.ofVirtual().name("accept").start(() -> accept(listener, options));
      options.listening(
          (InetSocketAddress) listener.getLocalSocketAddress(),
          Thread::startVirtualThread,
          ServerOptions.Turns.NOTHING);
      acceptor.join();
    }
  }

  private static void accept(ServerSocket listener, ServerOptions options) {
    while (true) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> echo(socket, options.buffer(), options.locks()));
      } catch (IOException e) {
        System.out.println(e);
        return;
      }
    }
  }

  private static void echo(Socket socket, int buffer, boolean locks) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      byte[] packet = new byte[buffer];
      for (int n; (n = in.read(packet)) > 0; ) {
        if (locks) {
          LockHog.LOCK.lock();
          LockHog.LOCK.unlock();
        }
        out.write(packet, 0, n);
      }
    } catch (IOException e) {
      // the generator is done with it
    }
  }
}
