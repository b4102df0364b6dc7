package dev.loompoll.internal.sys;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * {@code struct sockaddr_in} and {@code sockaddr_in6} as byte arrays: family in host order (little
 * endian on both machines we support), port in network order.
 */
public final class SocketAddresses {
  /** The length of the longest address: {@code struct sockaddr_in6}. */
  public static final int MAX_LENGTH = 28;

  private static final int IN_LENGTH = 16;

  private SocketAddresses() {}

  /** For a socket of {@code family}; an IPv4 address is mapped when the family is AF_INET6. */
  public static byte[] encode(InetAddress address, int port, int family) {
    byte[] ip = address.getAddress();
    if (family == SocketCalls.AF_INET) {
      byte[] a = new byte[IN_LENGTH];
      a[0] = SocketCalls.AF_INET;
      putPort(a, port);
      System.arraycopy(ip, 0, a, 4, 4);
      return a;
    }
    byte[] a = new byte[MAX_LENGTH];
    a[0] = SocketCalls.AF_INET6;
    putPort(a, port);
    if (ip.length == 16) {
      System.arraycopy(ip, 0, a, 8, 16);
    } else if (!address.isAnyLocalAddress()) { // 0.0.0.0 becomes ::
      a[18] = (byte) 0xff;
      a[19] = (byte) 0xff;
      System.arraycopy(ip, 0, a, 20, 4);
    }
    int scope = address instanceof Inet6Address six ? six.getScopeId() : 0;
    for (int i = 0; i < 4; i++) {
      a[24 + i] = (byte) (scope >>> (8 * i));
    }
    return a;
  }

  /** A mapped IPv4 address comes back as IPv4. */
  public static InetSocketAddress decode(byte[] a) {
    int port = (a[2] & 0xff) << 8 | a[3] & 0xff;
    try {
      if (a[0] == SocketCalls.AF_INET) {
        byte[] ip = new byte[4];
        System.arraycopy(a, 4, ip, 0, 4);
        return new InetSocketAddress(InetAddress.getByAddress(ip), port);
      }
      byte[] ip = new byte[16];
      System.arraycopy(a, 8, ip, 0, 16);
      int scope = 0;
      for (int i = 0; i < 4; i++) {
        scope |= (a[24 + i] & 0xff) << (8 * i);
      }
      InetAddress plain = InetAddress.getByAddress(ip);
      boolean scoped = scope != 0 && !(plain instanceof Inet4Address);
      return new InetSocketAddress(
          scoped ? Inet6Address.getByAddress(null, ip, scope) : plain, port);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // thrown only for a wrong length
    }
  }

  private static void putPort(byte[] a, int port) {
    a[2] = (byte) (port >>> 8);
    a[3] = (byte) port;
  }
}
