package dev.loompoll;

import dev.loompoll.internal.net.SocketFailure;
import dev.loompoll.internal.net.Sockets;
import dev.loompoll.internal.sched.Clock;
import dev.loompoll.internal.sched.Timers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to dial. Immutable; each method returns a changed copy.
 *
 * <p>A name with several addresses is tried address by address, in the resolver's order; each gets
 * its share of the time that is left, but 2 s at least, as in Go. If all fail, the first failure is
 * thrown and carries the others.
 *
 * @param timeout the most that dialling may take, name resolution not counted; null is no limit but
 *     the kernel's, the default
 * @param localAddress where to dial from; null lets the system choose
 * @param keepAlive as in {@link ListenConfig}
 */
public record Dialer(
    @Nullable Duration timeout,
    @Nullable InetSocketAddress localAddress,
    @Nullable Duration keepAlive) {

  private static final long LEAST_SHARE_NANOS = 2_000_000_000L;

  /** Checks the ranges. */
  public Dialer {
    if (localAddress != null && localAddress.isUnresolved()) {
      throw new IllegalArgumentException("local address is unresolved: " + localAddress);
    }
    checkKeepAlive(keepAlive);
  }

  static void checkKeepAlive(@Nullable Duration idle) {
    if (idle != null && (idle.isNegative() || idle.isZero())) {
      throw new IllegalArgumentException("keep-alive time is not positive: " + idle);
    }
  }

  /** The defaults. */
  public static Dialer create() {
    return new Dialer(null, null, Sockets.DEFAULT_KEEP_ALIVE);
  }

  /** With another {@link #timeout()}; zero or negative has passed already. */
  public Dialer timeout(@Nullable Duration t) {
    return new Dialer(t, localAddress, keepAlive);
  }

  /** With another {@link #localAddress()}. */
  public Dialer localAddress(@Nullable InetSocketAddress a) {
    return new Dialer(timeout, a, keepAlive);
  }

  /** With another {@link #keepAlive()}. */
  public Dialer keepAlive(@Nullable Duration idle) {
    return new Dialer(timeout, localAddress, idle);
  }

  /** As {@link Net#dial(String, String)}, with this configuration. */
  public Conn dial(String network, String address) throws IOException {
    Addresses.checkNetwork(network);
    Addresses.HostPort parsed = Addresses.parse(address);
    String host = parsed.host();
    InetSocketAddress to =
        host == null
            ? new InetSocketAddress(loopback(network), parsed.port())
            : InetSocketAddress.createUnresolved(host, parsed.port());
    return dial(network, to);
  }

  /** As {@link Net#dial(SocketAddress)}, with this configuration. */
  public Conn dial(SocketAddress address) throws IOException {
    return dial("tcp", Addresses.inet(address));
  }

  private static InetAddress loopback(String network) throws IOException {
    return InetAddress.getByName(network.equals("tcp6") ? "::1" : "127.0.0.1");
  }

  private Conn dial(String network, InetSocketAddress to) throws IOException {
    Management.registerIfAsked();
    List<InetAddress> addresses = Addresses.resolve(network, to);
    Clock clock = Clock.SYSTEM; // the engine's
    long deadline = Deadlines.after(timeout, clock.nanos());
    IOException first = null;
    for (int i = 0; i < addresses.size(); i++) {
      InetSocketAddress one = new InetSocketAddress(addresses.get(i), to.getPort());
      long share = share(deadline, clock.nanos(), addresses.size() - i);
      try {
        Conn conn = new Conn(Sockets.dial(network, one, localAddress, share, keepAlive));
        Counters.DIALS.increment();
        return conn;
      } catch (SocketFailure e) {
        IOException failure = Failures.of("dial", network, Addresses.format(one), e);
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
        if (Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    throw first == null ? new AddressException("no address for " + to) : first;
  }

  /** Go's partialDeadline. */
  private static long share(long deadline, long now, int left) {
    if (deadline == Timers.NEVER || left == 1) {
      return deadline;
    }
    long each = Math.max((deadline - now) / left, LEAST_SHARE_NANOS);
    return Math.min(deadline, now + each);
  }
}
