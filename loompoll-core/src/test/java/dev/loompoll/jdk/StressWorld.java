package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Conn;
import dev.loompoll.ConnClosedException;
import dev.loompoll.Listener;
import dev.loompoll.Loompoll;
import dev.loompoll.Net;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Traffic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * What the workers of a stress share: locks with a count that they guard, semaphores, queues with
 * servants that answer each request, echo servers. Everything is counted twice, once where it may
 * go wrong.
 */
final class StressWorld implements AutoCloseable {
  private static final int EACH = 3;
  private static final int SERVANTS = 2; // goroutines, and as many platform threads, for each queue
  static final int PERMITS = 2;

  /** A monitor and what it guards. */
  static final class Monitor {
    int count;
    final LongAdder expected = new LongAdder();
  }

  /** A lock and what it guards. */
  static final class Lock {
    final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();
    int count;
    final LongAdder expected = new LongAdder();
  }

  /** Where requests are put for servants to take. */
  static final class Desk {
    final BlockingQueue<Reply> queue;
    final LongAdder sent = new LongAdder();
    final LongAdder served = new LongAdder();

    Desk(BlockingQueue<Reply> queue) {
      this.queue = queue;
    }
  }

  /** Ends a servant. */
  private static final Reply OVER = new Reply.Permit();

  final Monitor[] monitors = {new Monitor(), new Monitor(), new Monitor()};
  final Lock[] locks = {new Lock(), new Lock(), new Lock()};
  final Semaphore[] semaphores = {
    new Semaphore(PERMITS), new Semaphore(PERMITS, true), new Semaphore(PERMITS)
  };
  final Desk[] desks = {
    new Desk(new ArrayBlockingQueue<>(2)),
    new Desk(new SynchronousQueue<>()),
    new Desk(new LinkedTransferQueue<>())
  };

  /**
   * How many may be pinned at a time: on the JDK's scheduler each takes a carrier from all others.
   */
  final Semaphore pins =
      new Semaphore(
          Loompoll.runtime().scheduler() ? 20 : Runtime.getRuntime().availableProcessors() - 1);

  final LongAdder interrupted = new LongAdder();
  final LongAdder echoes = new LongAdder();
  final LongAdder reopened = new LongAdder();
  final LongAdder children = new LongAdder();
  final LongAdder childrenStarted = new LongAdder();

  final Listener listener;
  final ServerSocket serverSocket;
  final FileChannel file;
  private final Path path;

  private final List<Thread> workers = new CopyOnWriteArrayList<>();
  private final Group servants = new Group(Callers.GOROUTINES);
  private final Group foreignServants = new Group(Callers.PLATFORM_THREADS);
  private final Group servers = new Group(Callers.GOROUTINES);

  StressWorld() throws IOException {
    listener = Net.listen("tcp", "127.0.0.1:0");
    serverSocket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    path = Files.createTempFile("stress", null);
    file = open(path);
    for (Desk desk : desks) {
      for (int i = 0; i < SERVANTS; i++) {
        servants.go(() -> serve(desk));
        foreignServants.go(() -> serve(desk));
      }
    }
    servers.go(this::acceptConns);
    servers.go(this::acceptSockets);
  }

  /** One more for each who was interrupted, for that closes it. */
  static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  Path path() {
    return path;
  }

  void add(Thread worker) {
    workers.add(worker);
  }

  void interruptAny(RandomGenerator random) {
    int n = workers.size(); // it grows while the first ones work
    if (n > 0) {
      workers.get(random.nextInt(n)).interrupt();
    }
  }

  static int any(RandomGenerator random) {
    return random.nextInt(EACH);
  }

  // ---- who serves

  private static void serve(Desk desk) throws InterruptedException {
    for (Reply request; (request = desk.queue.take()) != OVER; ) {
      desk.served.increment();
      request.answer();
    }
  }

  private void acceptConns() throws IOException {
    for (; ; ) {
      Conn conn;
      try {
        conn = listener.accept();
      } catch (ConnClosedException e) {
        return;
      }
      servers.go(
          () -> {
            try (conn) {
              Traffic.echo(conn);
            }
          });
    }
  }

  private void acceptSockets() throws IOException {
    for (; ; ) {
      Socket socket;
      try {
        socket = serverSocket.accept();
      } catch (SocketException e) {
        if (serverSocket.isClosed()) {
          return;
        }
        throw e;
      }
      servers.go(
          () -> {
            try (socket) {
              socket.getInputStream().transferTo(socket.getOutputStream());
            } catch (IOException e) {
              // the client was interrupted, which closes its end
            }
          });
    }
  }

  // ---- the end

  /** When all workers are over. */
  void check() throws Exception {
    for (Desk desk : desks) {
      for (int i = 0; i < 2 * SERVANTS; i++) {
        desk.queue.put(OVER);
      }
    }
    servants.await();
    foreignServants.await();
    for (Desk desk : desks) {
      assertEquals(desk.sent.sum(), desk.served.sum(), "requests");
      assertTrue(desk.queue.isEmpty(), "a request is left");
    }
    for (Monitor monitor : monitors) {
      synchronized (monitor) {
        assertEquals(monitor.expected.sum(), monitor.count, "monitor");
      }
    }
    for (Lock lock : locks) {
      assertFalse(lock.lock.isLocked() || lock.lock.hasQueuedThreads(), "lock");
      assertEquals(lock.expected.sum(), lock.count, "lock");
    }
    for (Semaphore semaphore : semaphores) {
      assertEquals(PERMITS, semaphore.availablePermits(), "permits");
      assertFalse(semaphore.hasQueuedThreads(), "semaphore");
    }
    close();
    servers.await();
    assertEquals(childrenStarted.sum(), children.sum(), "children");
  }

  String summary() {
    long served = 0;
    for (Desk desk : desks) {
      served += desk.served.sum();
    }
    return served
        + " requests, "
        + echoes
        + " echoes, "
        + interrupted
        + " interrupted, "
        + reopened
        + " reopened, "
        + children
        + " children, "
        + Loompoll.stats().handOffs()
        + " hand-offs, "
        + Loompoll.stats().demotions()
        + " demotions";
  }

  @Override
  public void close() throws IOException {
    listener.close();
    serverSocket.close();
    file.close();
    Files.deleteIfExists(path);
  }
}
