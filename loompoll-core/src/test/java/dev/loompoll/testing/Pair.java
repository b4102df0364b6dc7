package dev.loompoll.testing;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.io.IOException;

/** Two connected ends in this process. */
public record Pair(Conn a, Conn b) implements AutoCloseable {
  /** How they are connected. */
  public enum Transport {
    TCP4("tcp4", "127.0.0.1"),
    TCP6("tcp6", "[::1]"),
    /** An IPv4 client of a listener for both families. */
    DUAL("tcp", "");

    private final String network;
    private final String host;

    Transport(String network, String host) {
      this.network = network;
      this.host = host;
    }

    public Listener listen() throws IOException {
      return Net.listen(network, host + ":0");
    }

    public Conn dial(Listener listener) throws IOException {
      return Net.dial(network, host + ":" + listener.address().getPort());
    }
  }

  public static Pair open() throws IOException {
    return open(Transport.TCP4);
  }

  public static Pair open(Transport transport) throws IOException {
    try (Listener listener = transport.listen()) {
      Conn a = transport.dial(listener);
      return new Pair(a, listener.accept());
    }
  }

  @Override
  public void close() throws IOException {
    a.close();
    b.close();
  }
}
