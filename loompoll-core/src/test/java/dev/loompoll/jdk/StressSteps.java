package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Conn;
import dev.loompoll.Loompoll;
import dev.loompoll.Net;
import dev.loompoll.testing.Pinned;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A worker of a stress: one step after another, each of which ends by itself if no wake-up is lost.
 * Any step may be interrupted by another worker.
 */
final class StressSteps {
  private static final ThreadLocal<Integer> LOCAL = new ThreadLocal<>();
  private static final ScopedValue<Integer> SCOPED = ScopedValue.newInstance();

  private final StressWorld world;
  private final Progress progress;
  private final int me;
  private final RandomGenerator random;
  private @Nullable Conn conn;
  private @Nullable Socket socket;

  StressSteps(StressWorld world, Progress progress, int me, RandomGenerator random) {
    this.world = world;
    this.progress = progress;
    this.me = me;
    this.random = random;
  }

  /** Steps until that time of {@link System#nanoTime}. */
  void run(long end) throws Exception {
    LOCAL.set(me);
    try {
      ScopedValue.where(SCOPED, me)
          .<Void, Exception>call(
              () -> {
                while (System.nanoTime() - end < 0) {
                  oneStep();
                }
                return null;
              });
    } finally {
      Thread.interrupted();
      closeConn();
      closeSocket();
    }
  }

  private void oneStep() throws Exception {
    if (random.nextBoolean()) {
      Thread.interrupted(); // else it goes into the next step with the flag set
    }
    try {
      step();
    } catch (InterruptedException e) {
      world.interrupted.increment();
    }
    assertEquals(me, LOCAL.get());
    assertEquals(me, SCOPED.get());
    assertEquals(progress.name, Thread.currentThread().getName());
  }

  private void step() throws Exception {
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3 -> ask();
      case 4, 5 -> monitor();
      case 6 -> timedWait();
      case 7, 8 -> lock();
      case 9 -> condition();
      case 10 -> semaphore();
      case 11 -> sleep();
      case 12 -> yields();
      case 13 -> compute();
      case 14 -> blocking();
      case 15 -> pinned();
      case 16, 17, 18 -> echo();
      case 19 -> jdkEcho();
      case 20 -> file();
      case 21 -> child();
      case 22 -> async();
      default -> world.interruptAny(random);
    }
  }

  // ---- waiting for others

  /** Asks a servant for something, and waits until it is done. */
  private void ask() throws InterruptedException {
    StressWorld.Desk desk = world.desks[StressWorld.any(random)];
    Reply reply = Reply.any(random);
    progress.step("asking by " + reply.getClass().getSimpleName());
    if (random.nextInt(3) == 0) {
      if (!desk.queue.offer(reply, random.nextInt(2000), TimeUnit.MICROSECONDS)) {
        return;
      }
    } else {
      desk.queue.put(reply);
    }
    desk.sent.increment();
    reply.await();
  }

  private void monitor() throws InterruptedException {
    progress.step("monitor");
    StressWorld.Monitor monitor = world.monitors[StressWorld.any(random)];
    synchronized (monitor) {
      monitor.expected.increment();
      int before = monitor.count;
      try {
        linger();
      } finally {
        monitor.count = before + 1;
      }
      monitor.notify();
    }
  }

  private void timedWait() throws InterruptedException {
    progress.step("Object.wait");
    StressWorld.Monitor monitor = world.monitors[StressWorld.any(random)];
    synchronized (monitor) {
      monitor.wait(1 + random.nextInt(3));
      monitor.expected.increment();
      monitor.count++;
    }
  }

  private void lock() throws InterruptedException {
    progress.step("lock");
    StressWorld.Lock lock = world.locks[StressWorld.any(random)];
    switch (random.nextInt(3)) {
      case 0 -> lock.lock.lock();
      case 1 -> lock.lock.lockInterruptibly();
      default -> {
        if (!lock.lock.tryLock(random.nextInt(2000), TimeUnit.MICROSECONDS)) {
          return;
        }
      }
    }
    try {
      lock.expected.increment();
      int before = lock.count;
      try {
        linger();
      } finally {
        lock.count = before + 1;
      }
      lock.changed.signal();
    } finally {
      lock.lock.unlock();
    }
  }

  private void condition() throws InterruptedException {
    progress.step("condition");
    StressWorld.Lock lock = world.locks[StressWorld.any(random)];
    lock.lock.lock();
    try {
      lock.changed.awaitNanos(random.nextInt(2_000_000));
      lock.expected.increment();
      lock.count++;
    } finally {
      lock.lock.unlock();
    }
  }

  private void semaphore() throws InterruptedException {
    progress.step("semaphore");
    Semaphore permits = world.semaphores[StressWorld.any(random)];
    if (random.nextBoolean()) {
      permits.acquire();
    } else if (!permits.tryAcquire(random.nextInt(2000), TimeUnit.MICROSECONDS)) {
      return;
    }
    try {
      assertTrue(permits.availablePermits() < StressWorld.PERMITS);
      linger();
    } finally {
      permits.release();
    }
  }

  /** Whoever holds something may park with it, or compute. */
  private void linger() throws InterruptedException {
    switch (random.nextInt(8)) {
      case 0 -> Thread.sleep(0, random.nextInt(200_000));
      case 1 -> LockSupport.parkNanos(random.nextInt(200_000));
      case 2 -> Thread.yield();
      case 3 -> spin(random.nextInt(200_000));
      default -> {}
    }
  }

  // ---- by itself

  private void sleep() throws InterruptedException {
    progress.step("sleep");
    if (random.nextBoolean()) {
      Thread.sleep(random.nextInt(4));
    } else {
      LockSupport.parkNanos(random.nextInt(3_000_000));
    }
  }

  private void yields() {
    progress.step("yield");
    for (int i = random.nextInt(20); i > 0; i--) {
      Thread.yield();
    }
  }

  /** Now and then for so long that the others go on elsewhere. */
  private void compute() {
    progress.step("computing");
    spin(
        random.nextInt(20) == 0
            ? random.nextLong(10_000_000, 20_000_000)
            : random.nextLong(300_000));
  }

  private static void spin(long nanos) {
    long until = System.nanoTime() + nanos;
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }

  private void blocking() throws Exception {
    progress.step("Loompoll.blocking");
    Loompoll.blocking(
        () -> {
          linger();
          return null;
        });
  }

  /** Parks its carrier. */
  private void pinned() throws Exception {
    if (!world.pins.tryAcquire()) {
      return;
    }
    progress.step("pinned");
    try {
      Pinned.run(
          random.nextBoolean()
              ? this::ask
              : () -> LockSupport.parkNanos(random.nextInt(15_000_000)));
    } finally {
      world.pins.release();
    }
  }

  // ---- I/O

  private void echo() throws Exception {
    progress.step("echo");
    try {
      Conn c = conn;
      if (c == null) {
        conn = c = Net.dial(world.listener.address());
        world.reopened.increment();
      }
      if (random.nextInt(10) == 0) {
        c.setReadDeadline(Duration.ofNanos(random.nextInt(500_000)));
      } else {
        c.clearDeadline();
      }
      byte[] out = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 60_000 : 300)];
      random.nextBytes(out);
      byte[] in = new byte[out.length];
      c.write(out);
      for (int n = 0; n < in.length; ) {
        int r = c.read(in, n, in.length - n);
        assertTrue(r > 0, "the server has closed");
        n += r;
      }
      assertEquals(-1, java.util.Arrays.mismatch(out, in), "corrupted");
      world.echoes.increment();
    } catch (InterruptedIOException e) { // by a deadline, too
      world.interrupted.increment();
      closeConn(); // the rest of the echo is not worth waiting for
    }
  }

  private void jdkEcho() throws Exception {
    progress.step("java.net.Socket");
    try {
      Socket s = socket;
      if (s == null) {
        socket = s = new Socket(world.serverSocket.getInetAddress(), port());
      }
      byte[] out = new byte[1 + random.nextInt(300)];
      random.nextBytes(out);
      s.getOutputStream().write(out);
      byte[] in = s.getInputStream().readNBytes(out.length);
      assertEquals(-1, java.util.Arrays.mismatch(out, in), "corrupted");
      world.echoes.increment();
    } catch (IOException e) { // an interrupt closes it
      assertTrue(Thread.currentThread().isInterrupted(), e::toString);
      world.interrupted.increment();
      closeSocket();
    }
  }

  private int port() {
    return world.serverSocket.getLocalPort();
  }

  /** At its own place in the file. */
  private void file() throws Exception {
    progress.step("file");
    try (FileChannel file = StressWorld.open(world.path())) {
      long value = random.nextLong();
      ByteBuffer buffer = ByteBuffer.allocate(8).putLong(0, value);
      assertEquals(8, file.write(buffer, 8L * me));
      assertEquals(8, file.read(buffer.clear(), 8L * me));
      assertEquals(value, buffer.getLong(0));
    } catch (ClosedByInterruptException e) {
      world.interrupted.increment();
    }
  }

  // ---- others that work for it

  private void child() throws InterruptedException {
    progress.step("child");
    int yields = random.nextInt(5);
    world.childrenStarted.increment();
    Thread child =
        Loompoll.go(
            () -> {
              for (int i = 0; i < yields; i++) {
                Thread.yield();
              }
              world.children.increment();
            });
    child.join();
    assertEquals(Thread.State.TERMINATED, child.getState());
  }

  /** On the JDK's common pool. */
  private void async() throws InterruptedException, ExecutionException {
    progress.step("supplyAsync");
    assertEquals(me + 1, CompletableFuture.supplyAsync(() -> me).thenApply(n -> n + 1).get());
  }

  private void closeConn() throws IOException {
    if (conn != null) {
      conn.close();
      conn = null;
    }
  }

  private void closeSocket() throws IOException {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
