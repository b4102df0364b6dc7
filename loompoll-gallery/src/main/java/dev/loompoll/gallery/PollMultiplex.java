package dev.loompoll.gallery;

import dev.loompoll.gallery.Posix.PollArray;
import dev.loompoll.internal.sys.Errno;
import java.net.SocketException;
import java.util.List;

/**
 * Multiplexing with poll(2): the kernel is given an array of descriptors, each with what is asked
 * of it, and writes its answer beside that. There is no limit to the numbers as select has it, but
 * still the whole array goes to the kernel with every call, and both look at all of it, however few
 * are ready.
 */
final class PollMultiplex extends EventLoop {
  private final PollArray array = new PollArray();
  private final Bell bell;

  PollMultiplex(String model, ListeningSocket listener) throws SocketException {
    super(model, listener);
    this.bell = new Bell();
  }

  @Override
  void loop() throws SocketException {
    while (goesOn()) {
      List<EchoState> connections = connectionList();
      array.clear();
      for (EchoState connection : connections) {
        array.add(connection.fd(), connection.owes() ? Posix.POLLOUT : Posix.POLLIN);
      }
      array.add(bell.fd(), Posix.POLLIN);
      boolean accepts = accepts();
      if (accepts) {
        array.add(listener.fd(), Posix.POLLIN);
      }

      int ready = array.poll(patience());

      if (ready == -Errno.EINTR) {
        continue;
      }
      if (ready < 0) {
        throw failure("poll", ready);
      }
      int i = 0;
      for (EchoState connection : connections) {
        if (array.isReady(i++)) {
          serve(connection);
        }
      }
      if (array.isReady(i++)) {
        bell.hush();
      }
      if (accepts && array.isReady(i)) {
        acceptAll();
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
