package dev.loompoll.internal.jfr;

import dev.loompoll.internal.sys.SocketAddresses;
import java.net.InetSocketAddress;
import jdk.jfr.Description;
import jdk.jfr.Label;
import org.jspecify.annotations.Nullable;

/** What the events of one descriptor's operations have in common. */
abstract class IoEvent extends LoompollEvent {
  @Label("Descriptor")
  @Description("The number of the socket's file descriptor")
  int descriptor;

  @Label("Remote Host")
  @Nullable String remoteHost;

  @Label("Remote Port")
  int remotePort;

  /** Ends the time that it took; says whether it is worth recording, and {@code record} is due. */
  public final boolean isOver() {
    end();
    return shouldCommit();
  }

  /**
   * @param peer a {@code struct sockaddr}; null if there is none
   */
  final void record(int sysfd, byte @Nullable [] peer) {
    try {
      descriptor = sysfd;
      if (peer != null) {
        InetSocketAddress address = SocketAddresses.decode(peer);
        remoteHost = address.getAddress().getHostAddress();
        remotePort = address.getPort();
      }
      commit();
    } catch (OutOfMemoryError e) {
      // an event less
    }
  }
}
