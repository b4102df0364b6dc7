package dev.loompoll.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * An address that never answers: a listener that never accepts and whose backlog is full, so that
 * the kernel drops every SYN.
 */
public final class Blackhole implements AutoCloseable {
  private final ServerSocket listener;
  private final Socket[] filling = new Socket[2]; // a backlog of n holds n + 1

  public Blackhole() throws IOException {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    for (int i = 0; i < filling.length; i++) {
      filling[i] = new Socket(listener.getInetAddress(), listener.getLocalPort());
    }
    // A client is connected before the listener has seen its last packet.
    Kernel.awaitBacklog(listener.getLocalPort(), filling.length);
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket s : filling) {
      s.close();
    }
  }
}
