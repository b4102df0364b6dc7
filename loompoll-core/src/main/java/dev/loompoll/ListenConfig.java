package dev.loompoll;

import dev.loompoll.internal.net.Engine;
import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.net.SocketFailure;
import dev.loompoll.internal.net.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to listen. Immutable; each method returns a changed copy.
 *
 * @param backlog how many connections the kernel may hold for {@code accept}; 0 is as many as the
 *     system allows ({@code net.core.somaxconn}), which is the default
 * @param reusePort whether several listeners may share the address, the kernel spreading
 *     connections over them ({@code SO_REUSEPORT}); default no
 * @param returnResourceErrors whether {@code accept} throws when descriptors or memory run out,
 *     instead of backing off until there are some; default no
 * @param keepAlive the idle time before TCP probes a peer, and between probes, 1 s to 32767 s; null
 *     is never; default 15 s
 */
public record ListenConfig(
    int backlog, boolean reusePort, boolean returnResourceErrors, @Nullable Duration keepAlive) {

  /** Checks the ranges. */
  public ListenConfig {
    if (backlog < 0) {
      throw new IllegalArgumentException("backlog is negative: " + backlog);
    }
    Dialer.checkKeepAlive(keepAlive);
  }

  /** The defaults. */
  public static ListenConfig create() {
    return new ListenConfig(0, false, false, Sockets.DEFAULT_KEEP_ALIVE);
  }

  /** With another {@link #backlog()}. */
  public ListenConfig backlog(int n) {
    return new ListenConfig(n, reusePort, returnResourceErrors, keepAlive);
  }

  /** With another {@link #reusePort()}. */
  public ListenConfig reusePort(boolean on) {
    return new ListenConfig(backlog, on, returnResourceErrors, keepAlive);
  }

  /** With another {@link #returnResourceErrors()}. */
  public ListenConfig returnResourceErrors(boolean on) {
    return new ListenConfig(backlog, reusePort, on, keepAlive);
  }

  /** With another {@link #keepAlive()}. */
  public ListenConfig keepAlive(@Nullable Duration idle) {
    return new ListenConfig(backlog, reusePort, returnResourceErrors, idle);
  }

  /** As {@link Net#listen(String, String)}, with this configuration. */
  public Listener listen(String network, String address) throws IOException {
    Addresses.checkNetwork(network);
    Addresses.HostPort parsed = Addresses.parse(address);
    String host = parsed.host();
    if (host == null) {
      return listen(network, address, null, parsed.port());
    }
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved(host, parsed.port());
    return listen(
        network, address, Addresses.resolve(network, unresolved).getFirst(), parsed.port());
  }

  /** As {@link Net#listen(SocketAddress)}, with this configuration. */
  public Listener listen(SocketAddress address) throws IOException {
    InetSocketAddress inet = Addresses.inet(address);
    InetAddress host = Addresses.resolve("tcp", inet).getFirst();
    boolean any = host.isAnyLocalAddress();
    return listen("tcp", Addresses.format(inet), any ? null : host, inet.getPort());
  }

  private Listener listen(String network, String text, @Nullable InetAddress host, int port)
      throws IOException {
    Management.registerIfAsked();
    try {
      NetFD fd = Sockets.listen(network, host, port, backlog, reusePort, keepAlive);
      return new Listener(fd, returnResourceErrors, Engine.get()::nextPoller);
    } catch (SocketFailure e) {
      throw Failures.of("listen", network, text, e);
    }
  }
}
