package dev.loompoll.gallery;

import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Blocking I/O: a thread a connection, on blocking sockets. The thread sits in {@code recv} until
 * the kernel has data, and in {@code send} until the kernel has taken all of it. Nothing has to be
 * remembered: how far a connection has come is where its thread is. Its price is the thread.
 *
 * <p>Nobody can wake a thread in {@code recv} by setting a flag; {@code shutdown(2)} ends the call,
 * while {@code close(2)} would not, and could hand the number to somebody else meanwhile.
 */
final class BlockingThreads extends BareServer {
  private static final int BUFFER = 16 * 1024;
  private static final long SHORTAGE_PAUSE_NANOS = 20_000_000;
  private static final int SHUT_RDWR = 2;

  /** Added to by the main thread; each is removed by its own. */
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

  BlockingThreads(String model, ListeningSocket listener) throws SocketException {
    super(model, listener);
    int r = Posix.fcntl(listener.fd(), Posix.F_SETFL, 0); // without O_NONBLOCK
    if (r < 0) {
      throw EventLoop.failure("fcntl", r);
    }
  }

  /** The main thread accepts, then waits for the threads of the connections. */
  @Override
  void run() throws SocketException {
    try {
      while (state() == State.RUNNING) {
        accept();
      }
    } finally {
      listener.close();
      awaitConnections();
    }
  }

  private void accept() throws SocketException {
    int fd = Posix.accept(listener.fd());
    if (fd >= 0) {
      serve(fd);
    } else if (Errno.isResourceShortage(-fd)) {
      LockSupport.parkNanos(SHORTAGE_PAUSE_NANOS);
    } else if (state() == State.RUNNING && !EventLoop.isOfTheConnection(-fd)) {
      throw EventLoop.failure("accept", fd);
    }
  }

  private void serve(int fd) {
    Connection connection = new Connection(fd);
    connections.add(connection);
    connectionCount.incrementAndGet();
    try {
      connection.thread.start();
    } catch (OutOfMemoryError e) { // the system gives no thread
      refusedCount.incrementAndGet();
      connection.close();
    }
  }

  private void awaitConnections() {
    for (Connection connection : connections) {
      if (state() != State.STOPPING) { // it may have come too late for wake(), or accept has failed
        connection.shutdown();
      }
      try {
        connection.thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts this thread", e);
      }
    }
  }

  @Override
  void wake() {
    listener.shutdown();
    if (state() == State.CLOSING) {
      connections.forEach(Connection::shutdown);
    }
  }

  private final class Connection {
    private final int fd;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock: another may be using the number from then on. */
    private boolean closed;

    Connection(int fd) {
      this.fd = fd;
      this.thread = Thread.ofPlatform().name("gallery-blocking-" + fd).unstarted(this::run);
    }

    private void run() {
      try (Arena arena = Arena.ofConfined()) {
        echo(arena.allocate(BUFFER), arena.allocate(ValueLayout.JAVA_INT));
      } finally {
        close();
      }
    }

    /** The whole model. */
    private void echo(MemorySegment buffer, MemorySegment errno) {
      for (; ; ) {
        int n = Posix.recv(fd, buffer, errno);
        if (n == -Errno.EINTR) {
          continue;
        }
        if (n <= 0 || !sendAll(buffer.asSlice(0, n), errno)) {
          return;
        }
      }
    }

    /** One call, but for a signal that comes when the kernel has taken a part. */
    private boolean sendAll(MemorySegment data, MemorySegment errno) {
      MemorySegment rest = data;
      while (rest.byteSize() > 0) {
        int n = Posix.send(fd, rest, errno);
        if (n < 0 && n != -Errno.EINTR) {
          return false;
        }
        rest = rest.asSlice(Math.max(n, 0));
      }
      return true;
    }

    void shutdown() {
      lock.lock();
      try {
        if (!closed) {
          var unused = SocketCalls.shutdown(fd, SHUT_RDWR, new ErrnoCell()); // fails after a reset
        }
      } finally {
        lock.unlock();
      }
    }

    private void close() {
      lock.lock();
      try {
        closed = true;
        var unused = FdCalls.close(fd);
      } finally {
        lock.unlock();
      }
      connectionCount.decrementAndGet(); // first: who is not in the set is not waited for
      connections.remove(this);
    }
  }
}
