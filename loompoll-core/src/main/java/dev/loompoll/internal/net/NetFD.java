package dev.loompoll.internal.net;

import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.poll.Poller;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import java.net.InetSocketAddress;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** An internet stream socket: Go's {@code netFD}. */
public final class NetFD extends FD {
  private final String network;
  private final int family;

  // As the kernel gave them; small, and most connections are never asked for theirs. Each is
  // written once with equal values by whoever asks first.
  private volatile byte @Nullable [] local;
  private volatile byte @Nullable [] remote;

  NetFD(int sysfd, Poller poller, String network, int family) {
    super(sysfd, poller);
    this.network = network;
    this.family = family;
  }

  /** For simulations, whose descriptors are not the kernel's. */
  public static NetFD simulated(int sysfd, Poller poller, byte[] local, byte[] remote) {
    NetFD fd = new NetFD(sysfd, poller, "tcp", SocketCalls.AF_INET);
    fd.local = local;
    fd.remote = remote;
    return fd;
  }

  /** {@code tcp}, {@code tcp4} or {@code tcp6}, as the user said it. */
  public String network() {
    return network;
  }

  int family() {
    return family;
  }

  @Override
  protected byte @Nullable [] peer() {
    return remote;
  }

  void remote(byte[] address) {
    remote = address;
  }

  void local(byte @Nullable [] address) {
    local = address;
  }

  /** What an accepted socket's address is bound to be: null if this listens on every address. */
  public byte @Nullable [] localOfAccepted() {
    byte[] a = local;
    boolean any = a == null || SocketAddresses.decode(a).getAddress().isAnyLocalAddress();
    return any ? null : a;
  }

  /** The local address; null if it was not asked for before close. */
  public @Nullable InetSocketAddress localAddress() {
    byte[] a = local;
    if (a == null) {
      var unused = rememberLocal();
      a = local;
    }
    return a == null ? null : SocketAddresses.decode(a);
  }

  /** The peer's address; null for a listener. */
  public @Nullable InetSocketAddress remoteAddress() {
    byte[] a = remote;
    return a == null ? null : SocketAddresses.decode(a);
  }

  /**
   * Fixes the local address before anything can go wrong: for listeners and dialled sockets.
   *
   * @return 0, an errno or {@link dev.loompoll.internal.poll.Result#CLOSED}
   */
  int rememberLocal() {
    byte[] address = new byte[SocketAddresses.MAX_LENGTH];
    int[] result = new int[1];
    IntPredicate f =
        fd -> {
          result[0] = SocketCalls.getsockname(fd, address, new int[1], new ErrnoCell());
          return true;
        };
    int code = control(f);
    if (code == 0 && result[0] >= 0) {
      local = address;
    }
    return code != 0 ? code : Math.max(0, -result[0]);
  }
}
