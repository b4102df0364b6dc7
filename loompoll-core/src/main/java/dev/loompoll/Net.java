package dev.loompoll;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Listens and dials, with the defaults of {@link ListenConfig} and {@link Dialer}.
 *
 * <p>Networks are {@code "tcp"} (both families), {@code "tcp4"} and {@code "tcp6"}. Addresses are
 * {@code "host:port"}; without a host, every local address is listened on and the local machine is
 * dialled; an IPv6 address stands in brackets; port 0 lets the system choose when listening.
 */
public final class Net {
  private Net() {}

  /**
   * Listens, as {@code Net.listen("tcp", "127.0.0.1:8888")}.
   *
   * @throws AddressException if network or address cannot be understood
   * @throws java.net.BindException if the address is in use or not ours
   * @throws java.net.UnknownHostException if the name has no address
   */
  public static Listener listen(String network, String address) throws IOException {
    return ListenConfig.create().listen(network, address);
  }

  /** Listens on an {@link java.net.InetSocketAddress}. */
  public static Listener listen(SocketAddress address) throws IOException {
    return ListenConfig.create().listen(address);
  }

  /**
   * Connects, as {@code Net.dial("tcp", "localhost:9000")}. Blocks until the connection is there;
   * an interrupt ends that.
   *
   * @throws AddressException if network or address cannot be understood
   * @throws java.net.ConnectException if nobody listens there
   * @throws java.net.UnknownHostException if the name has no address
   */
  public static Conn dial(String network, String address) throws IOException {
    return Dialer.create().dial(network, address);
  }

  /** Connects to an {@link java.net.InetSocketAddress}. */
  public static Conn dial(SocketAddress address) throws IOException {
    return Dialer.create().dial(address);
  }

  /** The address as {@code listen} and {@code dial} take it: {@code [::1]:8888}. */
  public static String format(InetSocketAddress address) {
    return Addresses.format(address);
  }
}
