package dev.loompoll.bench.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadFactory;

/** Echo over {@code java.net} sockets, a thread per connection, of whichever kind. */
final class SocketEcho {
  private SocketEcho() {}

  static void serve(ServerOptions options, ThreadFactory threads) throws Exception {
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(new InetSocketAddress(options.host(), options.port()), options.backlog());
      Thread acceptor = threads.newThread(() -> accept(listener, options, threads));
      acceptor.start();
      options.listening(
          (InetSocketAddress) listener.getLocalSocketAddress(),
          task -> threads.newThread(task).start(),
          ServerOptions.Turns.NOTHING);
      acceptor.join();
    }
  }

  private static void accept(ServerSocket listener, ServerOptions options, ThreadFactory threads) {
    while (true) {
      try {
        Socket socket = listener.accept();
        threads.newThread(() -> echo(socket, options.buffer(), options.locks())).start();
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
