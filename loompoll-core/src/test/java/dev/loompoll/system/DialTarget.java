package dev.loompoll.system;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Loompoll;
import dev.loompoll.Net;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;

/**
 * A child that listens on 127.0.0.1 and dials: {@code dial HOST}, its own port there; {@code self N
 * PORT}, N times a port where nobody listens, and says how often that got a connection; {@code
 * self-jdk N PORT}, the same with the JDK's sockets.
 */
final class DialTarget {
  private DialTarget() {}

  public static void main(String[] args) throws Exception {
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    int port = listener.address().getPort();
    Loompoll.go(
        () -> {
          while (true) {
            listener.accept().close();
          }
        });
    Console.serve(port, command -> answer(command.split(" "), port));
  }

  private static String answer(String[] words, int port) throws IOException {
    return switch (words[0]) {
      case "dial" -> dial(words[1] + ":" + port);
      case "self" -> "connected=" + self(Integer.parseInt(words[1]), words[2]);
      case "self-jdk" ->
          "connected=" + selfOfTheJdk(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private static String dial(String address) {
    try (Conn conn = Net.dial("tcp", address)) {
      return "connected to " + conn.remoteAddress();
    } catch (IOException e) {
      StringBuilder all = new StringBuilder(e.toString());
      for (Throwable other : e.getSuppressed()) {
        all.append(" | ").append(other);
      }
      return all.toString();
    }
  }

  private static int self(int dials, String port) throws IOException {
    int connected = 0;
    for (int i = 0; i < dials; i++) {
      try (Conn conn = Net.dial("tcp", "127.0.0.1:" + port)) {
        conn.setLinger(0); // or the port would stay in TIME_WAIT
        connected++;
      } catch (ConnectException e) {
        // refused, as it should be
      }
    }
    return connected;
  }

  private static int selfOfTheJdk(int dials, int port) throws IOException {
    int connected = 0;
    for (int i = 0; i < dials; i++) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.setSoLinger(true, 0);
        connected++;
      } catch (ConnectException e) {
        // refused
      }
    }
    return connected;
  }
}
