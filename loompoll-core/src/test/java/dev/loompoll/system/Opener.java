package dev.loompoll.system;

import dev.loompoll.Conn;
import dev.loompoll.Dialer;
import dev.loompoll.ListenConfig;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;

/**
 * A child that opens sockets when told to, on its first thread, and not before: {@code listen},
 * {@code listen6}, {@code listen-shared}; {@code dial}, {@code dial-from}, both to a listener of
 * the JDK's in this process. It says what came of it, and has closed it by then.
 */
final class Opener {
  private interface Opening {
    AutoCloseable open() throws IOException;
  }

  private Opener() {}

  public static void main(String[] args) throws Exception {
    warmUpJdk();
    try (ServerSocket server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress())) {
      int port = server.getLocalPort();
      Console.serve(
          port, command -> command.equals("fds") ? fds() : attempt(() -> open(command, port)));
    }
  }

  /** What the JDK needs for itself is opened now: later calls are ours. */
  private static void warmUpJdk() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress())) {
      client.getOutputStream().write(1);
      channel.shutdownInput();
    }
    Class.forName("sun.nio.ch.Poller", true, null);
  }

  private static String fds() throws IOException {
    return "fds=" + Console.descriptors();
  }

  private static AutoCloseable open(String command, int port) throws IOException {
    return switch (command) {
      case "listen" -> Net.listen("tcp", "127.0.0.1:0");
      case "listen6" -> Net.listen("tcp6", "[::1]:0");
      case "listen-shared" -> ListenConfig.create().reusePort(true).listen("tcp4", "127.0.0.1:0");
      case "dial" -> Net.dial("tcp", "127.0.0.1:" + port);
      case "dial-from" ->
          Dialer.create()
              .localAddress(new InetSocketAddress("127.0.0.1", 0))
              .dial("tcp", "127.0.0.1:" + port);
      default -> throw new IllegalArgumentException(command);
    };
  }

  private static String attempt(Opening opening) throws Exception {
    try (AutoCloseable opened = opening.open()) {
      return switch (opened) {
        case Listener listener -> "listens on " + listener.address();
        case Conn conn -> "connected from " + conn.localAddress();
        default -> throw new AssertionError(opened);
      };
    } catch (IOException | RuntimeException e) {
      return e.toString();
    }
  }
}
