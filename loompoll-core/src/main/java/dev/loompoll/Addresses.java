package dev.loompoll;

import dev.loompoll.internal.net.Resolver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what users write for an address. */
final class Addresses {
  /** Null host: every local address to listen on, the local machine to dial. */
  record HostPort(@Nullable String host, int port) {}

  private Addresses() {}

  static void checkNetwork(String network) throws AddressException {
    if (!network.equals("tcp") && !network.equals("tcp4") && !network.equals("tcp6")) {
      throw new AddressException(
          "unknown network \"" + network + "\": there are tcp, tcp4 and tcp6");
    }
  }

  /** {@code host:port}, {@code :port}, {@code [v6]:port}; as Go's SplitHostPort. */
  static HostPort parse(String address) throws AddressException {
    int colon = address.lastIndexOf(':');
    if (colon < 0) {
      throw bad(address, "missing port, as in \"127.0.0.1:8888\"");
    }
    String host = address.substring(0, colon);
    if (address.startsWith("[")) {
      int end = address.indexOf(']');
      if (end < 0) {
        throw bad(address, "missing ']'");
      }
      if (end != colon - 1) {
        throw bad(address, "missing port after ']', as in \"[::1]:8888\"");
      }
      host = host.substring(1, host.length() - 1);
      if (host.indexOf('[') >= 0) {
        throw bad(address, "unexpected '['");
      }
    } else if (host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
      throw bad(address, "unexpected bracket");
    } else if (host.indexOf(':') >= 0) {
      throw bad(address, "too many colons; write an IPv6 address in brackets, \"[::1]:8888\"");
    }
    return new HostPort(host.isEmpty() ? null : host, port(address, address.substring(colon + 1)));
  }

  private static int port(String address, String text) throws AddressException {
    if (!text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      int port = Integer.parseInt(text);
      if (port <= 65535) {
        return port;
      }
    }
    throw bad(address, "port \"" + text + "\" is not a number from 0 to 65535");
  }

  private static AddressException bad(String address, String why) {
    return new AddressException("address \"" + address + "\": " + why);
  }

  static InetSocketAddress inet(SocketAddress address) throws AddressException {
    if (address instanceof InetSocketAddress inet) {
      return inet;
    }
    throw new AddressException(
        "address \""
            + address
            + "\": not an internet address, but "
            + address.getClass().getName());
  }

  /** The host's addresses; of an unresolved InetSocketAddress too. */
  static List<InetAddress> resolve(String network, InetSocketAddress address) throws IOException {
    InetAddress known = address.getAddress();
    return known != null ? List.of(known) : Resolver.resolve(network, address.getHostString());
  }

  /** {@code 127.0.0.1:8888}, {@code [::1]:8888}. */
  static String format(@Nullable InetSocketAddress address) {
    if (address == null) {
      return "?";
    }
    InetAddress ip = address.getAddress();
    String host = ip == null ? address.getHostString() : ip.getHostAddress();
    if (host.indexOf(':') >= 0) {
      // Java writes 0:0:0:0:0:0:0:1
      host = "[" + host.replaceFirst("(?:^|:)(?:0(?::|(?=%)|$)){2,}", "::") + "]";
    }
    return host + ":" + address.getPort();
  }
}
