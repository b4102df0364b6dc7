package dev.loompoll.testing;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** One end of ours, and one of the JDK's for what ours does not do: urgent data, resets. */
public record Peer(Conn conn, Socket socket) implements AutoCloseable {
  public static Peer open() throws IOException {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.address().getPort());
      socket.setTcpNoDelay(true);
      return new Peer(listener.accept(), socket);
    }
  }

  /** The JDK's end sends a reset. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    conn.close();
    socket.close();
  }
}
