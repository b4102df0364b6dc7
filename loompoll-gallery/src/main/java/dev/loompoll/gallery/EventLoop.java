package dev.loompoll.gallery;

import dev.loompoll.gallery.EchoState.Step;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the models have in common that serve all connections in one thread, none of them ever
 * blocking in {@code recv} or {@code send}: they differ in how that thread learns where there is
 * something to do.
 *
 * <p>All but {@link #wake} belongs to the main thread.
 */
abstract class EventLoop extends BareServer {
  private static final int BUFFER = 64 * 1024;
  private static final long SHORTAGE_PAUSE_NANOS = 20_000_000;
  private static final long FOR_EVER = -1;

  private final Map<Integer, EchoState> connections = new HashMap<>();
  private final byte[] buffer = new byte[BUFFER];
  private final byte[] peer = new byte[SocketAddresses.MAX_LENGTH];
  private final int[] peerLength = new int[1];

  private boolean listening = true;

  /** No descriptor or no memory was left for accept, which is not called again before a time. */
  private boolean shortage;

  private long shortageEnd;

  final ErrnoCell errno = new ErrnoCell();

  EventLoop(String model, ListeningSocket listener) {
    super(model, listener);
  }

  // ---- what a model does

  /** The model: as long as it {@link #goesOn}, waits and serves. */
  abstract void loop() throws IOException;

  /**
   * A connection is new: from now on the loop has to notice what it needs. False if the model has
   * no room for it.
   */
  boolean watch(EchoState connection) {
    return true;
  }

  // ---- beginning and end

  @Override
  final void run() throws IOException {
    try {
      loop();
    } finally {
      connections.values().forEach(EchoState::close);
      connections.clear();
      connectionCount.set(0);
    }
  }

  /** Whether there is anything left to do. Looked at before every wait. */
  final boolean goesOn() {
    switch (state()) {
      case RUNNING:
        return true;
      case STOPPING:
        listening = false;
        listener.close(); // which also ends that it is watched, by whatever means
        return !connections.isEmpty();
      default:
        return false;
    }
  }

  // ---- accepting

  /** Whether the listener is to be watched. */
  final boolean accepts() {
    return listening && (!shortage || shortageEnds());
  }

  /** Whether it is time to call accept again, for those who came during a shortage. */
  final boolean shortageEnds() {
    boolean ends = shortage && System.nanoTime() - shortageEnd >= 0;
    if (ends) {
      shortage = false;
    }
    return ends;
  }

  /** How long to wait for events at most, in nanoseconds; less than 0 is for ever. */
  final long patience() {
    return shortage && listening ? Math.max(0, shortageEnd - System.nanoTime()) : FOR_EVER;
  }

  /** Accepts all who wait; returns whether there was anybody. */
  final boolean acceptAll() throws SocketException {
    boolean any = false;
    while (accepts()) {
      int fd = SocketCalls.accept(listener.fd(), peer, peerLength, errno);
      if (fd >= 0) {
        add(new EchoState(fd));
        any = true;
      } else if (fd == -Errno.EAGAIN) {
        break;
      } else if (Errno.isResourceShortage(-fd)) {
        shortage = true;
        shortageEnd = System.nanoTime() + SHORTAGE_PAUSE_NANOS;
      } else if (!isOfTheConnection(-fd)) {
        throw failure("accept", fd);
      }
    }
    return any;
  }

  /**
   * Errors that the new connection had already, or a signal: the next may be better (accept(2)).
   */
  static boolean isOfTheConnection(int error) {
    return switch (error) {
      case Errno.EINTR,
          Errno.ECONNABORTED,
          Errno.EPROTO,
          Errno.EPERM,
          Errno.ENETDOWN,
          Errno.ENETUNREACH,
          Errno.EHOSTUNREACH,
          Errno.ETIMEDOUT,
          Errno.EOPNOTSUPP ->
          true;
      default -> false;
    };
  }

  private void add(EchoState connection) {
    if (watch(connection)) {
      connections.put(connection.fd(), connection);
      connectionCount.set(connections.size());
    } else {
      connection.close();
      refusedCount.incrementAndGet();
    }
  }

  // ---- serving

  /** A copy, which can be walked through while connections come and go. */
  final List<EchoState> connectionList() {
    return new ArrayList<>(connections.values());
  }

  /** Null if there is none of that number any more. */
  final @Nullable EchoState connection(int fd) {
    return connections.get(fd);
  }

  /** One step of a connection, which is closed if that was its last. */
  final Step serve(EchoState connection) {
    Step step = connection.step(buffer, errno);
    if (step == Step.DONE) {
      connections.remove(connection.fd());
      connectionCount.set(connections.size());
      connection.close();
    }
    return step;
  }

  /** For a system call that gave minus an errno, and without which there is no going on. */
  static SocketException failure(String call, int result) {
    return new SocketException(call + ": " + Errno.describe(-result));
  }
}
