package dev.loompoll.gallery;

import dev.loompoll.Listener;
import dev.loompoll.Net;
import dev.loompoll.internal.net.ListenerAccess;
import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.poll.epoll.EpollPoller;
import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A listening socket for bare system calls, non-blocking at first. Opened by Loompoll's own {@link
 * Listener}, so that addresses mean the same, and then taken away from Loompoll's poller, which
 * would wake for every connection otherwise.
 */
final class ListeningSocket {
  private final Listener listener;
  private final NetFD fd;

  private ListeningSocket(Listener listener) {
    this.listener = listener;
    this.fd = ListenerAccess.fd(listener);
  }

  static ListeningSocket open(String network, String address) throws IOException {
    ListeningSocket socket = new ListeningSocket(Net.listen(network, address));
    if (socket.fd.poller() instanceof EpollPoller poller) {
      // If that failed it would cost wake-ups, and nothing else.
      var unused = EpollCalls.remove(poller.epfd(), socket.fd(), new ErrnoCell());
    }
    return socket;
  }

  /** The descriptor; somebody else's after {@link #close}. */
  int fd() {
    return fd.sysfd();
  }

  InetSocketAddress address() {
    return listener.address();
  }

  /** Listens no more; an {@code accept} that blocks returns with EINVAL. Any thread, any time. */
  void shutdown() {
    var unused = fd.shutdown(SocketCalls.SHUT_RD); // fails after close, when nobody accepts
  }

  /** Not while a system call uses the descriptor. Closing again does nothing. */
  void close() {
    try {
      listener.close();
    } catch (IOException e) {
      // The descriptor is gone all the same (close(2)), and a listener has no data to lose.
    }
  }
}
