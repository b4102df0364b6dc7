package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Await;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An interrupt ends whatever the JDK lets a goroutine wait in, as its documentation says. */
class JdkInterruptTest {
  private final Group group = new Group(Callers.GOROUTINES);

  private interface Wait {
    void begin() throws Exception;
  }

  /** Something that waits for ever and then throws InterruptedException. */
  private record Waiting(String name, Wait call) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Waiting> waits() {
    Object lock = new Object();
    ReentrantLock held = new ReentrantLock();
    held.lock(); // by a thread of the test, for ever
    BlockingQueue<Integer> full = new ArrayBlockingQueue<>(1);
    full.add(1);
    return List.of(
        new Waiting(
            "Object.wait",
            () -> {
              synchronized (lock) {
                lock.wait();
              }
            }),
        new Waiting(
            "Object.wait, timed",
            () -> {
              synchronized (lock) {
                lock.wait(TimeUnit.DAYS.toMillis(1));
              }
            }),
        new Waiting("Thread.sleep", () -> Thread.sleep(TimeUnit.DAYS.toMillis(1))),
        new Waiting(
            "Thread.join", Thread.ofPlatform().daemon().start(JdkInterruptTest::parkForEver)::join),
        new Waiting("CompletableFuture.get", new CompletableFuture<Integer>()::get),
        new Waiting(
            "CompletableFuture.get, timed",
            () -> new CompletableFuture<Integer>().get(1, TimeUnit.DAYS)),
        new Waiting("BlockingQueue.take", new ArrayBlockingQueue<Integer>(1)::take),
        new Waiting("BlockingQueue.put", () -> full.put(2)),
        new Waiting("SynchronousQueue.put", () -> new SynchronousQueue<Integer>().put(1)),
        new Waiting(
            "BlockingQueue.poll, timed",
            () -> new ArrayBlockingQueue<Integer>(1).poll(1, TimeUnit.DAYS)),
        new Waiting("Semaphore.acquire", new Semaphore(0)::acquire),
        new Waiting("CountDownLatch.await", new CountDownLatch(1)::await),
        new Waiting("Exchanger.exchange", () -> new Exchanger<Integer>().exchange(1)),
        new Waiting("ReentrantLock.lockInterruptibly", held::lockInterruptibly),
        new Waiting("ReentrantLock.tryLock, timed", () -> held.tryLock(1, TimeUnit.DAYS)),
        new Waiting(
            "Condition.await",
            () -> {
              ReentrantLock own = new ReentrantLock();
              own.lock();
              try {
                own.newCondition().await();
              } finally {
                own.unlock();
              }
            }),
        new Waiting("Process.waitFor", JdkInterruptTest::waitForCat),
        new Waiting("HttpClient.send", JdkInterruptTest::askASilentServer));
  }

  /** A park may return for no reason. */
  private static void parkForEver() {
    for (; ; ) {
      LockSupport.park();
    }
  }

  /** It waits for its input, which nobody writes. */
  private static void waitForCat() throws Exception {
    Process cat = new ProcessBuilder("cat").start();
    try {
      cat.waitFor();
    } finally {
      cat.destroyForcibly().onExit().join();
    }
  }

  private static void askASilentServer() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
      try {
        client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
      } finally {
        client.shutdownNow();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("waits")
  void endsTheWait(Waiting waiting) throws Exception {
    Thread t =
        group.goAndBlock(
            () -> {
              assertThrows(InterruptedException.class, waiting.call::begin);
              assertTrue(!Thread.currentThread().isInterrupted(), "the flag stayed");
            });
    t.interrupt();
    group.await();
    // One that is interrupted before does not wait at all.
    group.go(
        () -> {
          Thread.currentThread().interrupt();
          assertThrows(InterruptedException.class, waiting.call::begin);
        });
    group.await();
  }

  /** These two do not end by it; the flag tells afterwards. */
  @Test
  void monitorsAndLocksAreWaitedForOn() throws Exception {
    Object monitor = new Object();
    ReentrantLock lock = new ReentrantLock();
    Thread inMonitor;
    Thread inLock;
    lock.lock();
    try {
      synchronized (monitor) {
        inMonitor =
            group.go(
                () -> {
                  synchronized (monitor) {
                    assertTrue(Thread.interrupted());
                  }
                });
        inLock =
            group.goAndBlock(
                () -> {
                  lock.lock();
                  assertTrue(Thread.interrupted());
                  lock.unlock();
                });
        Await.until("it is blocked", () -> inMonitor.getState() == Thread.State.BLOCKED);
        inMonitor.interrupt();
        inLock.interrupt();
        assertTrue(inMonitor.isAlive() && inLock.isAlive());
      }
    } finally {
      lock.unlock();
    }
    group.await();
  }

  @Test
  void parkReturnsWithTheFlagSet() throws Exception {
    for (long nanos : new long[] {Long.MAX_VALUE, TimeUnit.DAYS.toNanos(1)}) {
      Thread t =
          group.goAndBlock(
              () -> {
                while (!Thread.currentThread().isInterrupted()) {
                  LockSupport.parkNanos(nanos);
                }
                assertTrue(Thread.interrupted());
              });
      t.interrupt();
      group.await();
    }
  }

  /** The JDK closes the socket of a virtual thread that is interrupted; ours stay open. */
  @Test
  void jdkSocketsAreClosed() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      group
          .goAndBlock(
              () -> {
                assertThrows(SocketException.class, () -> client.getInputStream().read());
                assertTrue(Thread.interrupted() && client.isClosed());
              })
          .interrupt();
      group.await();
      assertEquals(-1, accepted.getInputStream().read());
      group
          .goAndBlock(
              () -> {
                assertThrows(SocketException.class, server::accept);
                assertTrue(Thread.interrupted() && server.isClosed());
              })
          .interrupt();
      group.await();
    }
  }

  @Test
  void channelsAreClosedAndSelectorsReturn(@TempDir Path dir) throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open().bind(null);
        SocketChannel client = SocketChannel.open(server.getLocalAddress());
        Selector selector = Selector.open()) {
      interruptedAt(() -> client.read(ByteBuffer.allocate(1)));
      interruptedAt(
          () -> {
            server.accept().close(); // the client's
            server.accept();
          });
      group
          .goAndBlock(
              () -> {
                assertEquals(0, selector.select());
                assertTrue(Thread.interrupted() && selector.isOpen());
              })
          .interrupt();
      group.await();
    }
    try (FileChannel file =
        FileChannel.open(
            Files.createFile(dir.resolve("file")),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      group.go(
          () -> { // a file is always ready: only a flag set before can end it
            Thread.currentThread().interrupt();
            assertThrows(
                ClosedByInterruptException.class, () -> file.write(ByteBuffer.allocate(1)));
            assertTrue(Thread.interrupted());
          });
      group.await();
    }
  }

  private interface Io {
    void run() throws IOException;
  }

  private void interruptedAt(Io io) throws Exception {
    Thread t =
        group.goAndBlock(
            () -> {
              assertThrows(ClosedByInterruptException.class, io::run);
              assertTrue(Thread.interrupted());
            });
    t.interrupt();
    group.await();
  }
}
