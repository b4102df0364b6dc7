package dev.loompoll.gallery;

import dev.loompoll.gallery.EchoState.Step;
import dev.loompoll.internal.sys.ThreadCalls;
import java.net.SocketException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signal-driven I/O: a descriptor sends its owner a signal whenever it may have become ready.
 *
 * <p>A signal of this kind would end the process if it ever reached a thread that does not expect
 * it. So the owner of every descriptor is the main thread, by its number (F_SETOWN_EX), and that
 * blocks the signals before it arms the first descriptor. It is never interrupted: it waits for the
 * next signal (sigtimedwait), which says the descriptor (F_SETSIG). And it takes what is left of
 * them before it ends, for the JVM gives an ending thread its first signal mask back.
 *
 * <p>Signals tell of changes only, once. So a connection is served until it waits, as it is right
 * after it was armed, when data may have been there already. And they can be lost: the kernel's
 * queue has an end. Then it sends SIGIO, of which there is always one to be had, and which means
 * here: look at everything. The main thread is also woken by that.
 */
final class SignalDriven extends EventLoop {
  /** A real-time signal that neither the C library (32, 33) nor the JDK (62) uses. */
  static final int READY = 40;

  /** Signals to take at once, before the connections that they spoke of are served. */
  private static final int BATCH = 64;

  /** Those that may have something to do, in the order in which they are to be served. */
  private final Set<EchoState> ready = new LinkedHashSet<>();

  /** What the main thread blocks; null before it does. Written and used by the main thread. */
  private @Nullable Signals signals;

  /** The main thread's number; 0 before it blocks the signals. Written by the main thread. */
  private volatile int tid;

  /** How often the kernel's queue was full. Written by the main thread. */
  private volatile int overflows;

  SignalDriven(String model, ListeningSocket listener) {
    super(model, listener);
  }

  @Override
  void loop() throws SocketException {
    Signals blocked = Signals.block(READY, Signals.SIGIO); // before anything can send one
    signals = blocked;
    tid = ThreadCalls.gettid(errno); // before the first look at the state, see wake()
    if (goesOn()) {
      int r = arm(listener.fd());
      if (r < 0) {
        throw failure("fcntl", r);
      }
      lookAtEverything();
    }
    while (goesOn()) {
      if (shortageEnds()) {
        acceptAll();
      }
      takeSignals(blocked);
      serveReady();
    }
  }

  /** Waits for one if there is nothing to do; takes more that are there already. */
  private void takeSignals(Signals signals) throws SocketException {
    long patience = ready.isEmpty() ? patience() : 0;
    for (int i = 0; i < BATCH; i++) {
      int signal = signals.await(patience);
      if (signal == READY) {
        ready(signals.descriptor());
      } else if (signal == Signals.SIGIO) {
        if (!signals.wasSent()) {
          overflows++;
        }
        lookAtEverything();
      } else {
        return; // none, or another one's
      }
      patience = 0;
    }
  }

  private void ready(int fd) throws SocketException {
    if (fd == listener.fd()) {
      acceptAll();
      return;
    }
    EchoState connection = connection(fd);
    if (connection != null) { // else the signal has outlived its connection
      ready.add(connection);
    }
  }

  private void lookAtEverything() throws SocketException {
    acceptAll();
    ready.addAll(connectionList());
  }

  /** One step for each; who has more to do goes to the end of the line. */
  private void serveReady() {
    for (int n = ready.size(); n > 0; n--) {
      Iterator<EchoState> first = ready.iterator();
      EchoState connection = first.next();
      first.remove();
      if (serve(connection) == Step.MOVED) {
        ready.add(connection);
      }
    }
  }

  @Override
  boolean watch(EchoState connection) {
    boolean armed = arm(connection.fd()) >= 0;
    if (armed) {
      ready.add(connection);
    }
    return armed;
  }

  private int arm(int fd) {
    int r = Posix.fcntl(fd, Posix.F_SETOWN_EX, Posix.F_OWNER_TID, tid);
    if (r >= 0) {
      r = Posix.fcntl(fd, Posix.F_SETSIG, READY);
    }
    if (r >= 0) {
      r = Posix.fcntl(fd, Posix.F_SETFL, Posix.O_NONBLOCK | Posix.O_ASYNC);
    }
    return r;
  }

  @Override
  void wake() {
    int to = tid;
    if (to != 0) { // else it looks at the state later
      var unused = Signals.send(to);
    }
  }

  /** By the main thread, if there is one: when no descriptor is left, and nobody may wake it. */
  @Override
  void free() {
    if (signals != null) {
      signals.takeAll();
    }
  }

  /** How often signals were lost, and everything was looked at instead. */
  int overflows() {
    return overflows;
  }
}
