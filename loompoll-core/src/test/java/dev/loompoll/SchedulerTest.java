package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Await;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Pair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Goroutines run, all of them, whoever wakes them and whatever they do. */
class SchedulerTest {
  private final Group group = new Group(Callers.GOROUTINES);
  private final Group foreign = new Group(Callers.PLATFORM_THREADS);

  @Test
  void knowsWhatItRunsOn() {
    Loompoll.Runtime runtime = Loompoll.runtime();
    boolean forced = Boolean.getBoolean("loompoll.unsupported.force.fallback");
    assertEquals(!forced, runtime.scheduler());
    assertEquals(forced ? 0 : Runtime.getRuntime().availableProcessors(), runtime.procs());
    assertEquals(forced ? "-Dloompoll.unsupported.force.fallback is set" : "", runtime.why());
    assertEquals("epoll", runtime.poller());
    assertEquals(runtime.procs(), Loompoll.stats().procs());
  }

  // ---- blocking sections

  /** On any thread; what comes after it runs on as usual. */
  @Test
  void aBlockingSectionGivesBackItsResult() throws Exception {
    for (Group callers : List.of(group, foreign)) {
      callers.go(
          () -> {
            for (int i = 0; i < 100; i++) {
              int k = i;
              assertEquals(k, Loompoll.blocking(() -> k));
            }
            IOException thrown = new IOException("in the section");
            assertSame(
                thrown,
                assertThrows(
                    IOException.class,
                    () ->
                        Loompoll.blocking(
                            () -> {
                              throw thrown;
                            })));
            try (Pair pair = Pair.open()) { // and the network goes on
              pair.a().write(new byte[1]);
              assertEquals(1, pair.b().read(new byte[1]));
            }
          });
      callers.await();
    }
  }

  /** As many goroutines as there are Ps, and some more, all in such a section at once. */
  @Test
  void goroutinesInBlockingSectionsHoldNoProcessor() throws Exception {
    if (!Loompoll.runtime().scheduler()) {
      assertEquals(0, Loompoll.stats().handOffs()); // the JDK's scheduler does as it does
      return;
    }
    int n = Loompoll.runtime().procs() + 3;
    CountDownLatch inside = new CountDownLatch(n);
    CountDownLatch leave = new CountDownLatch(1);
    for (int i = 0; i < n; i++) {
      group.go(
          () ->
              Loompoll.blocking(
                  () -> {
                    inside.countDown();
                    while (leave.getCount() > 0) {
                      Thread.onSpinWait();
                    }
                    return inside;
                  }));
    }
    try {
      inside.await();
      assertTrue(Loompoll.stats().machines() > Loompoll.runtime().procs());
    } finally {
      leave.countDown();
    }
    group.await();
    // Sysmon counts one of its own when the P is at work again already.
    Await.until("all are counted", () -> Loompoll.stats().handOffs() >= n);
  }

  // ---- parking and waking

  /** One token goes round ten thousand goroutines, five times. */
  @Test
  void tokenRing() throws Exception {
    int members = 10_000;
    Thread[] ring = new Thread[members];
    AtomicInteger token = new AtomicInteger(-1);
    CountDownLatch ready = new CountDownLatch(members);
    for (int i = 0; i < members; i++) {
      int me = i;
      ring[i] =
          group.go(
              () -> {
                ready.countDown();
                for (int round = 0; round < 5; round++) {
                  int mine = round * members + me;
                  while (token.get() != mine) {
                    LockSupport.park();
                  }
                  token.set(mine + 1);
                  LockSupport.unpark(ring[(me + 1) % members]);
                }
              });
    }
    ready.await();
    token.set(0);
    LockSupport.unpark(ring[0]);
    group.await();
    assertEquals(5 * members, token.get());
  }

  /**
   * How many goroutines, or pairs, that always have something to do: more than there are Ps. The
   * JDK's scheduler lets those starve all others (a carrier looks at what comes from outside only
   * when it has nothing of its own), so there one carrier is left free.
   */
  private static int endlessOnes(int perProcessor) {
    int processors = Runtime.getRuntime().availableProcessors();
    return Loompoll.runtime().scheduler() ? perProcessor * processors : processors - 1;
  }

  /** Two that wake each other for ever, on every P: a third one still gets its turn. */
  @Test
  void pingPongStarvesNobody() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    int pairs = endlessOnes(2);
    for (int i = 0; i < pairs; i++) {
      Thread[] two = new Thread[2];
      AtomicInteger turn = new AtomicInteger();
      CountDownLatch both = new CountDownLatch(1);
      for (int k = 0; k < 2; k++) {
        int me = k;
        two[k] =
            group.go(
                () -> {
                  both.await();
                  while (!over.get()) {
                    if (turn.get() == me) {
                      turn.set(1 - me);
                      LockSupport.unpark(two[1 - me]);
                    }
                    LockSupport.park();
                  }
                  LockSupport.unpark(two[1 - me]);
                });
      }
      both.countDown();
    }
    try {
      Group third = new Group(Callers.GOROUTINES);
      for (int i = 0; i < 10; i++) {
        third.go(Thread::yield);
        third.await();
      }
    } finally {
      over.set(true);
    }
    group.await();
  }

  @Test
  void yieldersStarveNobody() throws Exception {
    int yielders = endlessOnes(3);
    AtomicBoolean over = new AtomicBoolean();
    for (int i = 0; i < yielders; i++) {
      group.go(
          () -> {
            while (!over.get()) {
              Thread.yield();
            }
          });
    }
    try (Pair pair = Pair.open()) { // neither goroutines nor their network
      Group reader = new Group(Callers.GOROUTINES);
      reader.goAndBlock(() -> assertEquals(1, pair.a().read(new byte[1])));
      pair.b().write(new byte[1]);
      reader.await();
    } finally {
      over.set(true);
    }
    group.await();
  }

  /**
   * 100 000 wake-ups by threads of other kinds, each awaited: none may be lost. As many as there is
   * time for, where others have the CPUs.
   */
  @Test
  void noWakeUpFromOutsideIsLost() throws Exception {
    int pairs = 4;
    int wakeups = 25_000;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    for (int i = 0; i < pairs; i++) {
      AtomicInteger asked = new AtomicInteger();
      AtomicInteger answered = new AtomicInteger();
      AtomicReference<Thread> waker = new AtomicReference<>();
      Thread sleeper =
          group.go(
              () -> {
                for (int k = 1; k <= wakeups; k++) {
                  while (asked.get() < k) {
                    LockSupport.park();
                  }
                  answered.set(k);
                  LockSupport.unpark(waker.get());
                }
              });
      Group wakers = i % 2 == 0 ? foreign : group;
      waker.set(
          wakers.go(
              () -> {
                waker.compareAndSet(null, Thread.currentThread());
                for (int k = 1; k <= wakeups; k++) {
                  int last = System.nanoTime() - end < 0 ? k : wakeups;
                  asked.set(last);
                  LockSupport.unpark(sleeper);
                  while (answered.get() < last) {
                    LockSupport.park();
                  }
                  k = last;
                }
              }));
    }
    foreign.await();
    group.await();
  }

  /**
   * While everybody idles, a connection becomes readable and another thread starts a goroutine, at
   * once. The reader then burns CPU until the goroutine has run: it must run elsewhere.
   */
  @Test
  void startedBesideABusyOne() throws Exception {
    boolean alone = Runtime.getRuntime().availableProcessors() == 1;
    boolean ours = Loompoll.runtime().scheduler(); // or the JDK's
    AtomicBoolean over = new AtomicBoolean();
    try (Pair pair = Pair.open()) {
      for (int i = 0; i < 1000; i++) {
        AtomicBoolean ran = new AtomicBoolean();
        group.goAndBlock(
            () -> {
              assertEquals(1, pair.a().read(new byte[1]));
              while (!ran.get() && !over.get()) {
                if (alone && ours) {
                  Thread.yield();
                } else if (alone) { // whose single carrier may run one that yields again and again
                  LockSupport.parkNanos(1);
                }
                Thread.onSpinWait();
              }
            });
        pair.b().write(new byte[1]);
        Loompoll.go(() -> ran.set(true));
        group.await();
      }
    } finally {
      over.set(true);
    }
  }

  /**
   * The JDK's carriers are all taken by tasks that do not end. A platform thread that waits for the
   * network needs none of them, in either mode.
   */
  @Test
  void platformThreadsDoNotWaitForTheJdksCarriers() throws Exception {
    int carriers = Runtime.getRuntime().availableProcessors();
    Group busy = new Group(Callers.VIRTUAL_THREADS);
    CountDownLatch spinning = new CountDownLatch(carriers);
    AtomicBoolean over = new AtomicBoolean();
    try (Pair pair = Pair.open()) {
      for (int i = 0; i < carriers; i++) {
        busy.go(
            () -> {
              spinning.countDown();
              while (!over.get()) {
                Thread.onSpinWait();
              }
            });
      }
      spinning.await();
      for (int i = 0; i < 3; i++) { // the first may still come before the loop is lent
        foreign.goAndBlock(() -> assertEquals(1, pair.a().read(new byte[1])));
        pair.b().write(new byte[1]);
        foreign.await();
      }
    } finally {
      over.set(true);
    }
    busy.await();
  }

  /** Every P is busy for a while; what came meanwhile runs afterwards. */
  @Test
  void nothingIsLostBehindBusyOnes() throws Exception {
    int processors = Runtime.getRuntime().availableProcessors();
    for (int round = 0; round < 5; round++) {
      CountDownLatch spinning = new CountDownLatch(processors);
      AtomicInteger ran = new AtomicInteger();
      AtomicBoolean over = new AtomicBoolean();
      try {
        for (int i = 0; i < processors; i++) {
          group.go(
              () -> {
                spinning.countDown();
                while (!over.get()) {
                  Thread.onSpinWait();
                }
              });
        }
        spinning.await();
        for (int i = 0; i < 1000; i++) {
          group.go(ran::incrementAndGet);
        }
      } finally {
        over.set(true);
      }
      group.await();
      assertEquals(1000, ran.get());
    }
  }

  /** More than a P's queue holds, all runnable at once. */
  @Test
  void manyAtOnce() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    group.go(
        () -> {
          for (int i = 0; i < 20_000; i++) {
            group.go(ran::incrementAndGet);
          }
        });
    group.await();
    assertEquals(20_000, ran.get());
  }

  // ---- blocking in the JDK's ways

  @Test
  void monitors() throws Exception {
    Object lock = new Object();
    int[] count = new int[1];
    for (int i = 0; i < 20; i++) {
      group.go(
          () -> {
            for (int k = 0; k < 100; k++) {
              synchronized (lock) {
                count[0]++;
                if (k % 10 == 0) {
                  Thread.yield();
                }
              }
            }
          });
    }
    group.await();
    assertEquals(2000, count[0]);
  }

  @Test
  void waitAndNotify() throws Exception {
    Object lock = new Object();
    int[] turn = new int[1];
    for (int i = 0; i < 4; i++) {
      int me = i;
      group.go(
          () -> {
            for (int k = 0; k < 100; k++) {
              synchronized (lock) {
                while (turn[0] % 4 != me) {
                  lock.wait();
                }
                turn[0]++;
                lock.notifyAll();
              }
            }
          });
    }
    group.await();
    assertEquals(400, turn[0]);
  }

  @Test
  void locks() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    int[] count = new int[1];
    for (Group kind : List.of(group, foreign)) {
      for (int i = 0; i < 10; i++) {
        kind.go(
            () -> {
              for (int k = 0; k < 500; k++) {
                lock.lock();
                count[0]++;
                lock.unlock();
              }
            });
      }
    }
    group.await();
    foreign.await();
    assertEquals(10_000, count[0]);
  }

  @Test
  void queues() throws Exception {
    BlockingQueue<Integer> queue = new ArrayBlockingQueue<>(3);
    for (Group kind : List.of(group, foreign)) {
      kind.go(
          () -> {
            for (int i = 0; i < 5000; i++) {
              queue.put(i);
            }
          });
    }
    for (Group kind : List.of(group, foreign)) {
      kind.go(
          () -> {
            for (int i = 0; i < 5000; i++) {
              queue.take();
            }
          });
    }
    group.await();
    foreign.await();
    assertTrue(queue.isEmpty());
  }

  @Test
  void futures() throws Exception {
    CompletableFuture<Integer> start = new CompletableFuture<>();
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      CompletableFuture<Integer> mine = new CompletableFuture<>();
      CompletableFuture<Integer> previous = i == 0 ? start : all.getLast();
      all.add(mine);
      group.go(() -> mine.complete(previous.get() + 1));
    }
    start.complete(0);
    assertEquals(100, all.getLast().get());
    group.await();
  }

  @Test
  void sleeping() throws Exception {
    for (int i = 0; i < 200; i++) {
      long nanos = 50_000L * (i % 100);
      group.go(
          () -> {
            long start = System.nanoTime();
            Thread.sleep(java.time.Duration.ofNanos(nanos));
            assertTrue(System.nanoTime() - start >= nanos, "woke early");
          });
    }
    group.await();
  }

  @Test
  void joinsAndInterrupts() throws Exception {
    Thread sleeper =
        group.goAndBlock(
            () -> {
              while (!Thread.interrupted()) {
                LockSupport.park(); // may return for no reason
              }
            });
    group.goAndBlock(sleeper::join);
    sleeper.interrupt();
    group.await();
  }

  // ---- JDK networking on goroutines

  @Test
  void jdkSockets() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      group.go(
          () -> {
            for (int i = 0; i < 10; i++) {
              Socket socket = server.accept();
              group.go(
                  () -> {
                    try (socket) {
                      socket.getInputStream().transferTo(socket.getOutputStream());
                    }
                  });
            }
          });
      for (int i = 0; i < 10; i++) {
        group.go(
            () -> {
              try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
                for (int k = 0; k < 100; k++) {
                  socket.getOutputStream().write(k);
                  assertEquals(k, socket.getInputStream().read());
                }
              }
            });
      }
      group.await();
    }
  }

  @Test
  void httpClient() throws Exception {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0");
        ExecutorService goroutines = Loompoll.newExecutor();
        HttpClient client = HttpClient.newBuilder().executor(goroutines).build()) {
      group.go(
          () -> {
            for (int i = 0; i < 5; i++) {
              try (Conn conn = listener.accept()) {
                byte[] request = new byte[4096];
                int n = 0;
                while (!new String(request, 0, n).endsWith("\r\n\r\n")) {
                  n += conn.read(request, n, request.length - n);
                }
                conn.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
                        .getBytes());
                conn.closeWrite();
                conn.read(request); // its FIN
              }
            }
          });
      URI uri = URI.create("http://127.0.0.1:" + listener.address().getPort() + "/");
      HttpRequest request =
          HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).build();
      for (int i = 0; i < 5; i++) {
        group.go(
            () ->
                assertEquals(
                    "ok", client.send(request, HttpResponse.BodyHandlers.ofString()).body()));
      }
      group.await();
    }
  }

  @Test
  void jdkChannelAndOurs() throws Exception {
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      group.go(
          () -> {
            try (Conn conn = listener.accept()) {
              conn.inputStream().transferTo(conn.outputStream());
            }
          });
      group.go(
          () -> {
            try (SocketChannel channel = SocketChannel.open(listener.address())) {
              java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocateDirect(8);
              for (long i = 0; i < 1000; i++) {
                channel.write(buffer.clear().putLong(0, i));
                buffer.clear();
                while (buffer.hasRemaining()) {
                  assertTrue(channel.read(buffer) > 0);
                }
                assertEquals(i, buffer.getLong(0));
              }
            }
          });
      group.await();
    }
  }

  // ---- names, factories, failures

  @Test
  void names() throws Exception {
    AtomicReference<Thread> inside = new AtomicReference<>();
    Thread named = Loompoll.go("my goroutine", () -> inside.set(Thread.currentThread()));
    named.join();
    assertSame(named, inside.get());
    assertEquals("my goroutine", named.getName());
    assertTrue(named.isVirtual());
    Thread nameless = Loompoll.go(() -> {});
    nameless.join();
    assertEquals("", nameless.getName());
  }

  @Test
  void executorAndFactory() throws Exception {
    long before = Loompoll.stats().goroutinesStarted();
    try (ExecutorService executor = Loompoll.newExecutor()) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        results.add(executor.submit(() -> Thread.currentThread().isVirtual()));
      }
      for (Future<Boolean> r : results) {
        assertTrue(r.get());
      }
    }
    Thread made = Loompoll.threadFactory().newThread(() -> {});
    assertEquals(Thread.State.NEW, made.getState());
    made.start();
    made.join();
    assertEquals(before + 101, Loompoll.stats().goroutinesStarted());
  }

  /** A thread that a goroutine starts the JDK's way works too, whatever scheduler it gets. */
  @Test
  void goroutinesStartVirtualThreads() throws Exception {
    group.go(
        () -> {
          AtomicInteger ran = new AtomicInteger();
          List<Thread> threads = new ArrayList<>();
          for (int i = 0; i < 100; i++) {
            threads.add(
                Thread.startVirtualThread(
                    () -> {
                      Thread.yield();
                      ran.incrementAndGet();
                    }));
          }
          for (Thread t : threads) {
            t.join();
          }
          assertEquals(100, ran.get());
        });
    group.await();
  }

  @Test
  void failureGoesToTheHandler() throws Exception {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Exception mine = new Exception("mine");
    try {
      Thread.setDefaultUncaughtExceptionHandler((t, e) -> seen.set(e));
      go(mine).join();
      assertSame(mine, seen.get());

      AtomicReference<Throwable> own = new AtomicReference<>();
      Loompoll.go(
              () -> {
                Thread.currentThread().setUncaughtExceptionHandler((t, e) -> own.set(e));
                throw mine;
              })
          .join();
      assertSame(mine, own.get());

      RuntimeException unchecked = new RuntimeException();
      Thread made =
          Loompoll.threadFactory()
              .newThread(
                  () -> {
                    throw unchecked;
                  });
      made.start();
      made.join();
      assertSame(unchecked, seen.get());
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  private static Thread go(Exception failure) {
    return Loompoll.go(
        "failing",
        () -> {
          throw failure;
        });
  }

  @Test
  void failureIsLogged() throws Exception {
    Logger logger = Logger.getLogger("dev.loompoll");
    List<LogRecord> records = java.util.Collections.synchronizedList(new ArrayList<>());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            records.add(record);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    logger.setLevel(Level.ALL);
    try {
      Exception mine = new Exception("mine");
      go(mine).join();
      ConnResetException reset = new ConnResetException("a peer's everyday reset");
      go(reset).join();
      assertEquals(2, records.size());
      assertEquals(Level.WARNING, records.get(0).getLevel());
      assertSame(mine, records.get(0).getThrown());
      assertTrue(records.get(0).getMessage().contains("\"failing\""), records.get(0).getMessage());
      assertEquals(Level.FINE, records.get(1).getLevel());
      assertSame(reset, records.get(1).getThrown());
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
      logger.setLevel(null);
    }
  }

  @Test
  void goroutinesAreCounted() throws Exception {
    Stats before = Loompoll.stats();
    CountDownLatch stay = new CountDownLatch(1);
    for (int i = 0; i < 10; i++) {
      group.go(stay::await);
    }
    Await.until("ten run", () -> Loompoll.stats().goroutines() == before.goroutines() + 10);
    stay.countDown();
    group.await();
    Await.until("none runs", () -> Loompoll.stats().goroutines() == before.goroutines());
    assertEquals(before.goroutinesStarted() + 10, Loompoll.stats().goroutinesStarted());
    assertFalse(Loompoll.stats().goroutines() < 0);
  }
}
