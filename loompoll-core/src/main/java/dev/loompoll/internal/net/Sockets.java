package dev.loompoll.internal.net;

import dev.loompoll.internal.poll.Poller;
import dev.loompoll.internal.poll.PollerFailure;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.sched.Timers;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Opens sockets: listening, dialling, accepting. A step that fails frees what was opened. */
public final class Sockets {
  /**
   * Keep-alive as Go sets it: the first probe after this idle time, and this long between probes.
   */
  public static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(15);

  private static final int SELF_CONNECT_RETRIES = 2;

  private Sockets() {}

  /**
   * Listens.
   *
   * @param host null is every address: of both families for {@code tcp}
   * @param backlog 0 is the system's maximum
   * @param keepAlive null is off
   */
  public static NetFD listen(
      String network,
      @Nullable InetAddress host,
      int port,
      int backlog,
      boolean reusePort,
      @Nullable Duration keepAlive)
      throws SocketFailure {
    Engine engine = engine();
    ErrnoCell errno = new ErrnoCell();
    boolean six = host == null ? !network.equals("tcp4") : host instanceof Inet6Address;
    int fd = SocketCalls.socket(six ? SocketCalls.AF_INET6 : SocketCalls.AF_INET, errno);
    if (fd == -Errno.EAFNOSUPPORT && host == null && network.equals("tcp")) {
      six = false; // a kernel without IPv6
      fd = SocketCalls.socket(SocketCalls.AF_INET, errno);
    }
    int family = six ? SocketCalls.AF_INET6 : SocketCalls.AF_INET;
    check("socket", fd);
    boolean done = false;
    try {
      option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEADDR, 1, errno);
      if (reusePort) {
        option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEPORT, 1, errno);
      }
      if (six) {
        boolean only = host != null || network.equals("tcp6");
        option(fd, SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_V6ONLY, only ? 1 : 0, errno);
      }
      // Linux hands these on to the accepted sockets, so that accepting costs no call for them.
      tcpOptions(fd, keepAlive, errno);
      InetAddress address = host != null ? host : anyAddress(six);
      check("bind", SocketCalls.bind(fd, SocketAddresses.encode(address, port, family), errno));
      check("listen", SocketCalls.listen(fd, backlog > 0 ? backlog : systemBacklog(), errno));
      NetFD listener = new NetFD(fd, engine.nextPoller(), network, family);
      done = true;
      return registered(listener);
    } finally {
      if (!done) {
        FdCalls.close(fd);
      }
    }
  }

  /**
   * Dials one address, trying again when TCP connected the socket to itself.
   *
   * @param deadline on the engine's clock; {@link Timers#NEVER} is none
   */
  public static NetFD dial(
      String network,
      InetSocketAddress to,
      @Nullable InetSocketAddress from,
      long deadline,
      @Nullable Duration keepAlive)
      throws SocketFailure {
    for (int retries = 0; ; retries++) {
      NetFD fd = dialOnce(network, to, from, deadline, keepAlive);
      boolean self = from == null && to.equals(fd.localAddress());
      if (!self || retries == SELF_CONNECT_RETRIES) {
        return fd;
      }
      fd.close();
    }
  }

  private static NetFD dialOnce(
      String network,
      InetSocketAddress to,
      @Nullable InetSocketAddress from,
      long deadline,
      @Nullable Duration keepAlive)
      throws SocketFailure {
    Engine engine = engine();
    ErrnoCell errno = new ErrnoCell();
    int family =
        to.getAddress() instanceof Inet4Address ? SocketCalls.AF_INET : SocketCalls.AF_INET6;
    int fd = SocketCalls.socket(family, errno);
    check("socket", fd);
    NetFD conn = null;
    boolean done = false;
    try {
      tcpOptions(fd, keepAlive, errno);
      if (from != null) {
        if ((from.getAddress() instanceof Inet4Address) != (family == SocketCalls.AF_INET)) {
          throw new SocketFailure("bind", Errno.EAFNOSUPPORT);
        }
        byte[] local = SocketAddresses.encode(from.getAddress(), from.getPort(), family);
        check("bind", SocketCalls.bind(fd, local, errno));
      }
      conn = new NetFD(fd, engine.nextPoller(), network, family);
      conn.setDeadline(false, true, deadline);
      byte[] remote = SocketAddresses.encode(to.getAddress(), to.getPort(), family);
      int code = conn.connect(remote);
      if (code != Result.OK) {
        throw new SocketFailure("connect", code);
      }
      conn.setDeadline(false, true, Timers.NEVER);
      conn.remote(remote);
      var unused = conn.rememberLocal(); // if it fails, it is asked for again
      done = true;
      return conn;
    } finally {
      if (!done) {
        if (conn != null) {
          conn.close();
        } else {
          FdCalls.close(fd);
        }
      }
    }
  }

  /**
   * The accepted descriptor, from now on watched by {@code poller}.
   *
   * @param local its address if that is known already, see {@link NetFD#localOfAccepted}
   */
  public static NetFD accepted(
      NetFD listener, Poller poller, int sysfd, byte @Nullable [] local, byte[] peer, int length)
      throws SocketFailure {
    NetFD fd;
    try {
      byte[] remote = Arrays.copyOf(peer, length);
      fd = new NetFD(sysfd, poller, listener.network(), listener.family());
      fd.remote(remote);
      fd.local(local);
    } catch (OutOfMemoryError e) {
      FdCalls.close(sysfd);
      throw e;
    }
    int code = fd.register();
    if (code != 0) {
      fd.close();
      throw new SocketFailure("epoll_ctl", code);
    }
    return fd;
  }

  private static NetFD registered(NetFD fd) throws SocketFailure {
    int code = fd.register();
    if (code != 0) {
      fd.close();
      throw new SocketFailure("epoll_ctl", code);
    }
    code = fd.rememberLocal();
    if (code != 0) {
      fd.close();
      throw new SocketFailure("getsockname", code);
    }
    return fd;
  }

  private static Engine engine() throws SocketFailure {
    try {
      return Engine.start();
    } catch (PollerFailure e) {
      throw new SocketFailure(e.step(), e.errno());
    }
  }

  private static void tcpOptions(int fd, @Nullable Duration keepAlive, ErrnoCell errno)
      throws SocketFailure {
    option(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY, 1, errno);
    if (keepAlive != null) {
      int seconds = seconds(keepAlive);
      option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_KEEPALIVE, 1, errno);
      option(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_KEEPIDLE, seconds, errno);
      option(fd, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_KEEPINTVL, seconds, errno);
    }
  }

  /** Rounded up; the kernel takes 1 to 32767. */
  public static int seconds(Duration d) {
    long seconds = d.plusNanos(999_999_999).toSeconds();
    return (int) Math.clamp(seconds, 1L, 32767L);
  }

  private static void option(int fd, int level, int option, int value, ErrnoCell errno)
      throws SocketFailure {
    check("setsockopt", SocketCalls.setsockopt(fd, level, option, value, errno));
  }

  private static void check(String step, int rc) throws SocketFailure {
    if (rc < 0) {
      throw new SocketFailure(step, -rc);
    }
  }

  private static InetAddress anyAddress(boolean six) {
    try {
      return InetAddress.getByAddress(new byte[six ? 16 : 4]);
    } catch (java.net.UnknownHostException impossible) {
      throw new AssertionError(impossible); // thrown only for a wrong length
    }
  }

  /** The most that the kernel will queue: {@code net.core.somaxconn}. */
  public static int systemBacklog() {
    // Not Files.readString: it reads a file of size 0 in pieces, and gets the first digit only.
    try (BufferedReader r = Files.newBufferedReader(Path.of("/proc/sys/net/core/somaxconn"))) {
      return Integer.parseInt(r.readLine());
    } catch (IOException | NumberFormatException e) {
      return 128; // what kernels before 5.4 had
    }
  }
}
