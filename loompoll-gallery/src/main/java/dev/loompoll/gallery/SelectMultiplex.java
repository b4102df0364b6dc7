package dev.loompoll.gallery;

import dev.loompoll.gallery.Posix.SelectSet;
import dev.loompoll.internal.sys.Errno;
import java.net.SocketException;
import java.util.List;

/**
 * Multiplexing with select(2), the oldest: the kernel is given a bit for each descriptor, and gives
 * back the bits of those that are ready, in the same place. So the bits are set again for every
 * call, and the kernel, and then we, look at all of them, however few are ready.
 *
 * <p>There are 1024 bits, for the descriptors 0 to 1023: a connection with a higher number is
 * refused, even if it is the only one.
 */
final class SelectMultiplex extends EventLoop {
  private final SelectSet set = new SelectSet();
  private final Bell bell;

  SelectMultiplex(String model, ListeningSocket listener) throws SocketException {
    super(model, listener);
    this.bell = new Bell();
    int highest = Math.max(bell.fd(), listener.fd());
    if (highest >= SelectSet.FD_SETSIZE) {
      bell.close();
      throw new SocketException(
          "select knows descriptors below "
              + SelectSet.FD_SETSIZE
              + " only, and this process has so many open that the server's own is "
              + highest);
    }
  }

  @Override
  boolean watch(EchoState connection) {
    return connection.fd() < SelectSet.FD_SETSIZE;
  }

  @Override
  void loop() throws SocketException {
    while (goesOn()) {
      List<EchoState> connections = connectionList();
      set.clear();
      set.add(bell.fd(), false);
      boolean accepts = accepts();
      if (accepts) {
        set.add(listener.fd(), false);
      }
      for (EchoState connection : connections) {
        set.add(connection.fd(), connection.owes());
      }

      int ready = set.select(patience());

      if (ready == -Errno.EINTR) {
        continue;
      }
      if (ready < 0) {
        throw failure("select", ready);
      }
      for (EchoState connection : connections) {
        if (set.has(connection.fd())) {
          serve(connection);
        }
      }
      if (accepts && set.has(listener.fd())) {
        acceptAll();
      }
      if (set.has(bell.fd())) {
        bell.hush();
      }
    }
  }

  @Override
  void wake() {
    bell.ring();
  }

  @Override
  void free() {
    bell.close();
  }
}
