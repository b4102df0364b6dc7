package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.sys.SocketCalls;
import dev.loompoll.testing.Blackhole;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Kernel;
import dev.loompoll.testing.Pair;
import dev.loompoll.testing.Pair.Transport;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, errors and options: what users say and what they are told. */
class NetTest {
  private static final int SO_ACCEPTCONN = 30;

  // ---- addresses

  @ParameterizedTest
  @CsvSource({
    "tcp,  127.0.0.1:0, 127.0.0.1",
    "tcp4, 127.0.0.1:0, 127.0.0.1",
    "tcp4, :0,          127.0.0.1",
    "tcp,  :0,          127.0.0.1",
    "tcp,  :0,          ::1",
    "tcp6, :0,          ::1",
    "tcp,  [::1]:0,     ::1",
    "tcp6, [::1]:0,     ::1",
    "tcp6, [::]:0,      ::1",
    "tcp,  0.0.0.0:0,   127.0.0.1",
    "tcp4, localhost:0, 127.0.0.1",
  })
  void canBeReached(String network, String address, String from) throws Exception {
    try (Listener listener = Net.listen(network, address)) {
      int port = listener.address().getPort();
      assertTrue(port > 0, "no port was chosen");
      try (Conn client = Net.dial(new InetSocketAddress(from, port));
          Conn server = listener.accept()) {
        assertEquals(client.localAddress(), server.remoteAddress());
        assertEquals(client.remoteAddress(), server.localAddress());
        assertEquals(new InetSocketAddress(from, port), client.remoteAddress());
        client.write(new byte[] {1});
        assertEquals(1, server.read(new byte[1]));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tcp6, :0,          127.0.0.1",
    "tcp6, [::1]:0,     127.0.0.1",
    "tcp4, :0,          ::1",
    "tcp,  127.0.0.1:0, ::1"
  })
  void cannotBeReached(String network, String address, String from) throws Exception {
    try (Listener listener = Net.listen(network, address)) {
      InetSocketAddress to = new InetSocketAddress(from, listener.address().getPort());
      assertThrows(ConnectException.class, () -> Net.dial(to));
    }
  }

  @Test
  void dialsTheLocalMachineWithoutAHost() throws Exception {
    try (Listener four = Net.listen("tcp4", "127.0.0.1:0");
        Listener six = Net.listen("tcp6", "[::1]:0")) {
      Net.dial("tcp", ":" + four.address().getPort()).close();
      Net.dial("tcp4", ":" + four.address().getPort()).close();
      Net.dial("tcp6", ":" + six.address().getPort()).close();
    }
  }

  /** A name may have both families: the one that answers is found. */
  @Test
  void triesEveryAddress() throws Exception {
    for (Transport transport : List.of(Transport.TCP4, Transport.TCP6)) {
      try (Listener listener = transport.listen()) {
        InetAddress[] all = InetAddress.getAllByName("localhost");
        boolean six = transport == Transport.TCP6;
        boolean has = List.of(all).stream().anyMatch(a -> a instanceof Inet6Address == six);
        String address = "localhost:" + listener.address().getPort();
        if (has) {
          Net.dial("tcp", address).close();
        } else {
          assertThrows(ConnectException.class, () -> Net.dial("tcp", address));
        }
      }
    }
  }

  @Test
  void socketAddresses() throws Exception {
    SocketAddress any = new InetSocketAddress(0);
    try (Listener listener = Net.listen(any)) {
      int port = listener.address().getPort();
      Net.dial(new InetSocketAddress("127.0.0.1", port)).close();
      Net.dial(new InetSocketAddress("::1", port)).close();
      Net.dial(InetSocketAddress.createUnresolved("127.0.0.1", port)).close();
    }
    SocketAddress unix = UnixDomainSocketAddress.of("/tmp/x");
    assertThrows(AddressException.class, () -> Net.listen(unix));
    assertThrows(AddressException.class, () -> Net.dial(unix));
  }

  @Test
  void ephemeralPortsDiffer() throws Exception {
    try (Listener one = Net.listen("tcp", ":0");
        Listener two = Net.listen("tcp", ":0")) {
      assertNotEquals(one.address().getPort(), two.address().getPort());
    }
  }

  @Test
  void namesItself() throws Exception {
    try (Listener listener = Net.listen("tcp6", "[::1]:0");
        Conn client = Net.dial("tcp6", "[::1]:" + listener.address().getPort())) {
      String server = "[::1]:" + listener.address().getPort();
      assertEquals("Listener[tcp6 " + server + "]", listener.toString());
      String own = "[::1]:" + client.localAddress().getPort();
      assertEquals("Conn[tcp6 " + own + "->" + server + "]", client.toString());
    }
  }

  // ---- errors

  @ParameterizedTest
  @ValueSource(strings = {"udp", "", "TCP", "tcp5", "unix", "tcp "})
  void unknownNetwork(String network) {
    AddressException e =
        assertThrows(AddressException.class, () -> Net.listen(network, "127.0.0.1:0"));
    assertEquals(
        "unknown network \"" + network + "\": there are tcp, tcp4 and tcp6", e.getMessage());
    assertThrows(AddressException.class, () -> Net.dial(network, "127.0.0.1:1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1",
        "localhost",
        "::1",
        "::1:80",
        "[::1]",
        "[::1:80",
        "127.0.0.1:",
        ":x",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1:123456",
        "h:80:80",
        "h: 80"
      })
  void badAddress(String address) {
    for (String network : List.of("tcp", "tcp4", "tcp6")) {
      AddressException e = assertThrows(AddressException.class, () -> Net.listen(network, address));
      assertTrue(e.getMessage().startsWith("address \"" + address + "\": "), e.getMessage());
      assertThrows(AddressException.class, () -> Net.dial(network, address));
    }
  }

  @ParameterizedTest
  @EnumSource(Callers.class)
  void unknownHost(Callers callers) throws Exception {
    Group group = new Group(callers);
    String host = "x".repeat(64) + ".invalid"; // too long a label: no server has to be asked
    group.go(
        () -> {
          assertThrows(UnknownHostException.class, () -> Net.dial("tcp", host + ":80"));
          assertThrows(UnknownHostException.class, () -> Net.listen("tcp", host + ":0"));
          assertThrows(UnknownHostException.class, () -> Net.dial("tcp6", "127.0.0.1:80"));
          assertThrows(UnknownHostException.class, () -> Net.dial("tcp4", "[::1]:80"));
          assertThrows(UnknownHostException.class, () -> Net.listen("tcp4", "[::1]:0"));
        });
    group.await();
  }

  @ParameterizedTest
  @EnumSource(Callers.class)
  void refused(Callers callers) throws Exception {
    Group group = new Group(callers);
    group.go(
        () -> {
          ConnectException e =
              assertThrows(ConnectException.class, () -> Net.dial("tcp", "127.0.0.1:1"));
          assertEquals("dial tcp 127.0.0.1:1: connection refused (ECONNREFUSED)", e.getMessage());
          e = assertThrows(ConnectException.class, () -> Net.dial("tcp6", "[::1]:1"));
          assertEquals("dial tcp6 [::1]:1: connection refused (ECONNREFUSED)", e.getMessage());
        });
    group.await();
  }

  @Test
  void addressInUse() throws Exception {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      String address = "127.0.0.1:" + listener.address().getPort();
      BindException e = assertThrows(BindException.class, () -> Net.listen("tcp", address));
      assertEquals(
          "listen tcp " + address + ": address already in use (EADDRINUSE)", e.getMessage());
    }
  }

  @Test
  void addressNotOurs() {
    BindException e =
        assertThrows(BindException.class, () -> Net.listen("tcp", "192.0.2.1:0")); // TEST-NET-1
    assertEquals(
        "listen tcp 192.0.2.1:0: cannot assign requested address (EADDRNOTAVAIL)", e.getMessage());
    Dialer from = Dialer.create().localAddress(new InetSocketAddress("192.0.2.1", 0));
    assertThrows(BindException.class, () -> from.dial("tcp", "127.0.0.1:1"));
  }

  @Test
  void dialTimeoutMessage() throws Exception {
    try (Blackhole hole = new Blackhole()) {
      String to = "127.0.0.1:" + hole.address().getPort();
      Dialer dialer = Dialer.create().timeout(Duration.ofMillis(1));
      DeadlineExceededException e =
          assertThrows(DeadlineExceededException.class, () -> dialer.dial("tcp", to));
      assertEquals("dial tcp " + to + ": i/o timeout", e.getMessage());
    }
  }

  @Test
  void otherMessages() throws Exception {
    try (Pair pair = Pair.open()) {
      Conn a = pair.a();
      String where =
          " tcp4 127.0.0.1:"
              + a.localAddress().getPort()
              + "->127.0.0.1:"
              + a.remoteAddress().getPort()
              + ": ";
      a.setReadDeadline(Duration.ZERO);
      IOException e = assertThrows(IOException.class, () -> a.read(new byte[1]));
      assertEquals("read" + where + "i/o timeout", e.getMessage());
      a.close();
      e = assertThrows(IOException.class, () -> a.write(new byte[1]));
      assertEquals("write" + where + "use of closed network connection", e.getMessage());
    }
  }

  // ---- dialling

  @Test
  void dialsFromALocalAddress() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    InetSocketAddress from = new InetSocketAddress("127.0.0.1", port);
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0");
        Conn conn = Dialer.create().localAddress(from).dial(listener.address());
        Conn accepted = listener.accept()) {
      assertEquals(from, conn.localAddress());
      assertEquals(from, accepted.remoteAddress());
      conn.setLinger(0); // no TIME_WAIT
    }
  }

  /** Asked for explicitly, TCP connects a socket to itself, and reads what it wrote. */
  @Test
  void selfConnect() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    InetSocketAddress self = new InetSocketAddress("127.0.0.1", port);
    try (Conn conn = Dialer.create().localAddress(self).dial(self)) {
      assertEquals(conn.localAddress(), conn.remoteAddress());
      conn.write(new byte[] {4});
      byte[] in = new byte[2];
      assertEquals(1, conn.read(in));
      assertEquals(4, in[0]);
      conn.setLinger(0);
    }
  }

  @Test
  void dialsAndAcceptsAreCounted() throws Exception {
    Stats before = Loompoll.stats();
    Pair pair = Pair.open();
    Stats open = Loompoll.stats();
    assertEquals(before.dials() + 1, open.dials());
    assertEquals(before.accepts() + 1, open.accepts());
    assertEquals(before.connections() + 2, open.connections());
    pair.close();
    Stats closed = Loompoll.stats();
    assertEquals(before.connections(), closed.connections());
    assertEquals(before.closes() + 2, closed.closes());
  }

  // ---- listening

  /** As many as the system allows may wait to be accepted, which is 4096 and not 4. */
  @Test
  void backlogIsTheSystems() throws Exception {
    List<Conn> waiting = new ArrayList<>();
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      Dialer dialer = Dialer.create().timeout(Duration.ofSeconds(5));
      for (int i = 0; i < 100; i++) {
        waiting.add(dialer.dial(listener.address()));
      }
    } finally {
      for (Conn c : waiting) {
        c.close();
      }
    }
  }

  @Test
  void backlogIsLimited() throws Exception {
    Dialer dialer = Dialer.create().timeout(Duration.ofMillis(100));
    try (Listener listener = ListenConfig.create().backlog(1).listen("tcp", "127.0.0.1:0");
        Conn first = Net.dial(listener.address());
        Conn second = Net.dial(listener.address())) {
      Kernel.awaitBacklog(listener.address().getPort(), 2);
      assertThrows(DeadlineExceededException.class, () -> dialer.dial(listener.address()));
      assertTrue(first.isOpen() && second.isOpen());
    }
  }

  @Test
  void reusePort() throws Exception {
    ListenConfig shared = ListenConfig.create().reusePort(true);
    try (Listener one = shared.listen("tcp", "127.0.0.1:0")) {
      InetSocketAddress address = one.address();
      try (Listener two = shared.listen(address)) {
        assertEquals(address, two.address());
        assertThrows(BindException.class, () -> Net.listen(address));
      }
    }
  }

  // ---- options, as the kernel has them

  @ParameterizedTest
  @EnumSource(Transport.class)
  void defaultOptionsOfBothEnds(Transport transport) throws Exception {
    try (Pair pair = Pair.open(transport)) {
      for (Conn conn : List.of(pair.a(), pair.b())) {
        assertEquals(1, tcp(conn, SocketCalls.TCP_NODELAY));
        assertEquals(1, socket(conn, SocketCalls.SO_KEEPALIVE));
        assertEquals(15, tcp(conn, SocketCalls.TCP_KEEPIDLE));
        assertEquals(15, tcp(conn, SocketCalls.TCP_KEEPINTVL));
        assertEquals(0, socket(conn, SO_ACCEPTCONN));
      }
    }
  }

  @Test
  void keepAliveOfListenerAndDialer() throws Exception {
    try (Listener seven =
            ListenConfig.create().keepAlive(Duration.ofMillis(6001)).listen("tcp", ":0");
        Conn off = Dialer.create().keepAlive(null).dial("tcp", ":" + seven.address().getPort());
        Conn accepted = seven.accept()) {
      assertEquals(0, socket(off, SocketCalls.SO_KEEPALIVE));
      assertEquals(1, socket(accepted, SocketCalls.SO_KEEPALIVE));
      assertEquals(7, tcp(accepted, SocketCalls.TCP_KEEPIDLE)); // rounded up
      assertEquals(7, tcp(accepted, SocketCalls.TCP_KEEPINTVL));
    }
    try (Listener off = ListenConfig.create().keepAlive(null).listen("tcp", "127.0.0.1:0");
        Conn dialled = Dialer.create().keepAlive(Duration.ofSeconds(9)).dial(off.address());
        Conn accepted = off.accept()) {
      assertEquals(0, socket(accepted, SocketCalls.SO_KEEPALIVE));
      assertEquals(9, tcp(dialled, SocketCalls.TCP_KEEPIDLE));
    }
  }

  @Test
  void setters() throws Exception {
    try (Pair pair = Pair.open()) {
      Conn a = pair.a();
      a.setNoDelay(false);
      assertEquals(0, tcp(a, SocketCalls.TCP_NODELAY));
      a.setNoDelay(true);
      assertEquals(1, tcp(a, SocketCalls.TCP_NODELAY));
      a.setKeepAlive(false);
      assertEquals(0, socket(a, SocketCalls.SO_KEEPALIVE));
      a.setKeepAlive(Duration.ofSeconds(100), Duration.ofMillis(2500), 4);
      assertEquals(1, socket(a, SocketCalls.SO_KEEPALIVE));
      assertEquals(100, tcp(a, SocketCalls.TCP_KEEPIDLE));
      assertEquals(3, tcp(a, SocketCalls.TCP_KEEPINTVL));
      assertEquals(4, tcp(a, SocketCalls.TCP_KEEPCNT));
      a.setLinger(3);
      assertEquals(1, socket(a, SocketCalls.SO_LINGER)); // struct linger's first int
      a.setLinger(-1);
      assertEquals(0, socket(a, SocketCalls.SO_LINGER));
      a.setReadBuffer(10_000);
      assertEquals(20_000, socket(a, SocketCalls.SO_RCVBUF)); // the kernel doubles it
      a.setWriteBuffer(12_000);
      assertEquals(24_000, socket(a, SocketCalls.SO_SNDBUF));
    }
  }

  @Test
  void badOptions() throws Exception {
    try (Pair pair = Pair.open()) {
      Conn a = pair.a();
      Duration second = Duration.ofSeconds(1);
      assertThrows(IllegalArgumentException.class, () -> a.setKeepAlive(Duration.ZERO, second, 1));
      assertThrows(
          IllegalArgumentException.class, () -> a.setKeepAlive(second, second.negated(), 1));
      IOException e = assertThrows(IOException.class, () -> a.setKeepAlive(second, second, 128));
      assertTrue(
          e.getMessage().startsWith("setKeepAlive tcp4 ")
              && e.getMessage().endsWith(": invalid argument (EINVAL)"),
          e.getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> ListenConfig.create().backlog(-1));
    assertThrows(
        IllegalArgumentException.class, () -> Dialer.create().keepAlive(Duration.ofNanos(-1)));
  }

  private static int tcp(Conn conn, int option) throws IOException {
    return Kernel.option(conn, SocketCalls.IPPROTO_TCP, option);
  }

  private static int socket(Conn conn, int option) throws IOException {
    return Kernel.option(conn, SocketCalls.SOL_SOCKET, option);
  }

  // ---- with others

  @Test
  void talksToTheJdk() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Conn conn = Net.dial(server.getLocalSocketAddress());
        Socket socket = server.accept()) {
      conn.write("hello".getBytes());
      assertEquals("hello", new String(socket.getInputStream().readNBytes(5)));
      socket.getOutputStream().write("bye".getBytes());
      socket.shutdownOutput();
      assertEquals("bye", new String(conn.inputStream().readAllBytes()));
      assertFalse(socket.isInputShutdown());
    }
  }
}
