package dev.loompoll.bench.server;

import dev.loompoll.bench.sched.BareExecutor;
import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.EpollCalls.EventBuffer;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * The least that an echo on virtual threads can cost, whoever made the library: one a connection,
 * on an executor that is a queue, over an epoll that unparks them. No deadlines, no closing by
 * others, no locks, no fairness. What is between this and the C loop is the JDK's.
 */
public final class VirtualFloorEcho {
  private static final int EVENTS = 128;
  private static final int ENDS = EpollCalls.EPOLLRDHUP | EpollCalls.EPOLLHUP | EpollCalls.EPOLLERR;

  private final BareExecutor executor = new BareExecutor();
  private final ErrnoCell errno = new ErrnoCell();
  private final EventBuffer events = new EventBuffer(EVENTS);
  private final int epfd;
  private final int listener;
  private final int buffer;

  /** By descriptor. */
  private Thread[] threads = new Thread[64];

  /** By descriptor: its peer is done, so reads go on to the end. */
  private boolean[] ends = new boolean[64];

  private VirtualFloorEcho(int epfd, int listener, int buffer) {
    this.epfd = epfd;
    this.listener = listener;
    this.buffer = buffer;
  }

  public static void main(String[] args) throws IOException {
    ServerOptions options = ServerOptions.parse(args);
    ErrnoCell errno = new ErrnoCell();
    InetSocketAddress address = new InetSocketAddress(options.host(), options.port());
    int listener = checked("socket", SocketCalls.socket(SocketCalls.AF_INET, errno));
    int tcp = SocketCalls.IPPROTO_TCP; // who is accepted inherits it
    checked("no delay", SocketCalls.setsockopt(listener, tcp, SocketCalls.TCP_NODELAY, 1, errno));
    byte[] encoded =
        SocketAddresses.encode(address.getAddress(), address.getPort(), SocketCalls.AF_INET);
    checked("bind to " + address, SocketCalls.bind(listener, encoded, errno));
    checked("listen", SocketCalls.listen(listener, options.backlog(), errno));
    int epfd = checked("epoll", EpollCalls.create(errno));
    int in = EpollCalls.EPOLLIN;
    checked("epoll_ctl", EpollCalls.add(epfd, listener, in, listener, errno));
    byte[] name = new byte[SocketAddresses.MAX_LENGTH];
    checked("getsockname", SocketCalls.getsockname(listener, name, new int[1], errno));
    System.out.println("virtual threads on a bare queue");
    options.listening(
        SocketAddresses.decode(name), Thread::startVirtualThread, ServerOptions.Turns.NOTHING);
    new VirtualFloorEcho(epfd, listener, options.buffer()).loop();
  }

  private static int checked(String what, int result) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": " + Errno.name(-result));
    }
    return result;
  }

  private void loop() {
    for (; ; ) {
      int n = events.pollNow(epfd);
      if (n == 0) {
        n = events.poll(epfd, -1);
      }
      for (int at = 0; at < n * EventBuffer.STRIDE; at += EventBuffer.STRIDE) {
        int fd = (int) events.dataAt(at);
        if (fd == listener) {
          accept();
        } else {
          if ((events.flagsAt(at) & ENDS) != 0) {
            ends[fd] = true;
          }
          LockSupport.unpark(threads[fd]);
        }
      }
      executor.runAll();
    }
  }

  private void accept() {
    byte[] peer = new byte[SocketAddresses.MAX_LENGTH];
    for (int fd; (fd = SocketCalls.accept(listener, peer, new int[1], errno)) >= 0; ) {
      int its = fd;
      if (its >= threads.length) {
        threads = Arrays.copyOf(threads, 2 * its);
        ends = Arrays.copyOf(ends, 2 * its);
      }
      ends[its] = false;
      threads[its] = executor.thread("", () -> echo(its));
      int watched = EpollCalls.EPOLLIN | EpollCalls.EPOLLOUT | EpollCalls.EPOLLRDHUP;
      if (EpollCalls.add(epfd, its, watched | EpollCalls.EPOLLET, its, errno) < 0) {
        FdCalls.close(its);
      } else {
        threads[its].start();
      }
    }
  }

  private void echo(int fd) {
    byte[] bytes = new byte[buffer];
    int n;
    do {
      n = SocketCalls.recv(fd, bytes, 0, bytes.length, errno);
      if (n > 0) {
        int sent = SocketCalls.send(fd, bytes, 0, n, errno);
        boolean more = n == bytes.length || ends[fd];
        if (sent < n) {
          if (!sendRest(fd, bytes, n, sent)) {
            break;
          }
          more = true; // what has come meanwhile has unparked it already
        }
        if (!more) {
          LockSupport.park();
        }
      } else if (n == -Errno.EAGAIN) {
        LockSupport.park();
      }
    } while (n > 0 || n == -Errno.EAGAIN || n == -Errno.EINTR);
    FdCalls.close(fd);
  }

  /** False if nobody is there to read it. */
  private boolean sendRest(int fd, byte[] bytes, int length, int first) {
    int done = Math.max(first, 0);
    int sent = first;
    while (done < length) {
      if (sent == -Errno.EAGAIN) {
        LockSupport.park();
      } else if (sent < 0 && sent != -Errno.EINTR) {
        return false;
      }
      sent = SocketCalls.send(fd, bytes, done, length - done, errno);
      done += Math.max(sent, 0);
    }
    return true;
  }
}
