package dev.loompoll.internal.sys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SocketAddressesTest {
  @Test
  void layoutOfV4() throws Exception {
    byte[] a =
        SocketAddresses.encode(InetAddress.getByName("1.2.3.4"), 0x1234, SocketCalls.AF_INET);
    assertArrayEquals(new byte[] {2, 0, 0x12, 0x34, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0}, a);
  }

  @Test
  void layoutOfV6() throws Exception {
    byte[] ip = new byte[16];
    new Random(1).nextBytes(ip);
    byte[] a =
        SocketAddresses.encode(
            Inet6Address.getByAddress(null, ip, 0x01020304), 0xfffe, SocketCalls.AF_INET6);
    assertEquals(28, a.length);
    assertArrayEquals(
        new byte[] {10, 0, (byte) 0xff, (byte) 0xfe, 0, 0, 0, 0}, Arrays.copyOf(a, 8));
    assertArrayEquals(ip, Arrays.copyOfRange(a, 8, 24));
    assertArrayEquals(new byte[] {4, 3, 2, 1}, Arrays.copyOfRange(a, 24, 28)); // scope
  }

  @Test
  void comesBack() throws Exception {
    Random random = new Random(2);
    for (int i = 0; i < 1000; i++) {
      byte[] ip = new byte[i % 2 == 0 ? 4 : 16];
      random.nextBytes(ip);
      InetAddress address = InetAddress.getByAddress(ip);
      int port = random.nextInt(65536);
      int family = ip.length == 4 ? SocketCalls.AF_INET : SocketCalls.AF_INET6;
      assertEquals(
          new InetSocketAddress(address, port),
          SocketAddresses.decode(SocketAddresses.encode(address, port, family)));
    }
    Inet6Address scoped =
        Inet6Address.getByAddress(
            null,
            new byte[] {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
            5);
    InetSocketAddress back =
        SocketAddresses.decode(SocketAddresses.encode(scoped, 80, SocketCalls.AF_INET6));
    assertEquals(5, ((Inet6Address) back.getAddress()).getScopeId());
    assertEquals(scoped, back.getAddress());
  }

  /** On a socket for both families, an IPv4 address is mapped; what comes back is IPv4 again. */
  @Test
  void mapped() throws Exception {
    InetAddress four = InetAddress.getByName("10.0.0.255");
    byte[] a = SocketAddresses.encode(four, 7, SocketCalls.AF_INET6);
    assertArrayEquals(
        new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, -1},
        Arrays.copyOfRange(a, 8, 24));
    InetSocketAddress back = SocketAddresses.decode(a);
    assertEquals(new InetSocketAddress(four, 7), back);
    assertEquals(Inet4Address.class, back.getAddress().getClass());
    byte[] any = SocketAddresses.encode(InetAddress.getByName("0.0.0.0"), 0, SocketCalls.AF_INET6);
    assertArrayEquals(new byte[16], Arrays.copyOfRange(any, 8, 24));
  }
}
