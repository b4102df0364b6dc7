package dev.loompoll.gallery;

import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.EpollCalls.EventBuffer;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.FdCalls;
import java.net.SocketException;

/**
 * Multiplexing with epoll(7): the kernel keeps the set of descriptors, is told only of changes, and
 * gives back only those that are ready. A wait costs what is ready, not what is open.
 *
 * <p>Level-triggered, as select and poll are: what is ready is told again and again, so one step
 * for each event is enough, and nothing has to be drained. The price is a call when a connection
 * changes from reading to owing or back.
 */
final class EpollMultiplex extends EventLoop {
  private static final int EVENTS_A_WAIT = 256;

  private final EventBuffer events = new EventBuffer(EVENTS_A_WAIT);
  private final Bell bell;
  private final int epfd;
  private boolean listenerWatched;

  EpollMultiplex(String model, ListeningSocket listener) throws SocketException {
    super(model, listener);
    this.bell = new Bell();
    this.epfd = EpollCalls.create(errno);
    int r = epfd < 0 ? epfd : add(bell.fd());
    if (r < 0) {
      free();
      throw failure(epfd < 0 ? "epoll_create1" : "epoll_ctl", r);
    }
  }

  private int add(int fd) {
    return EpollCalls.add(epfd, fd, EpollCalls.EPOLLIN, fd, errno);
  }

  @Override
  boolean watch(EchoState connection) {
    return add(connection.fd()) >= 0; // the user's share of watches may be used up
  }

  @Override
  void loop() throws SocketException {
    while (goesOn()) {
      watchListener();

      int ready = events.poll(epfd, patience());

      if (ready < 0 && ready != -Errno.EINTR) {
        throw failure("epoll_wait", ready);
      }
      for (int i = 0; i < ready; i++) {
        int fd = (int) events.data(i);
        EchoState connection = connection(fd);
        if (connection != null) {
          step(connection);
        } else if (fd == bell.fd()) {
          bell.hush();
        } else if (fd == listener.fd()) {
          acceptAll();
        }
      }
    }
  }

  private void step(EchoState connection) throws SocketException {
    boolean owed = connection.owes();
    if (serve(connection) != EchoState.Step.DONE && owed != connection.owes()) {
      int events = connection.owes() ? EpollCalls.EPOLLOUT : EpollCalls.EPOLLIN;
      int r = EpollCalls.modify(epfd, connection.fd(), events, connection.fd(), errno);
      if (r < 0) {
        throw failure("epoll_ctl", r);
      }
    }
  }

  /** Told again and again of a listener that it does not accept from, the loop would spin. */
  private void watchListener() throws SocketException {
    boolean accepts = accepts();
    int r = 0;
    if (accepts && !listenerWatched) {
      r = add(listener.fd());
    } else if (!accepts && listenerWatched && state() == State.RUNNING) { // else it is closed
      r = EpollCalls.remove(epfd, listener.fd(), errno);
    }
    if (r < 0) {
      throw failure("epoll_ctl", r);
    }
    listenerWatched = accepts;
  }

  @Override
  void wake() {
    bell.ring();
  }

  @Override
  void free() {
    bell.close();
    if (epfd >= 0) {
      var unused = FdCalls.close(epfd);
    }
  }
}
