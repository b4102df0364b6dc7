package dev.loompoll.bench.sched;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import dev.loompoll.bench.sched.WorkMain.Starter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.locks.LockSupport;

/** How long until a goroutine runs that was woken in an idle process. */
final class WakeUp {
  /** So long nothing happens after each. */
  private static final long PAUSE = 2_000_000;

  private final long[] nanos;
  private volatile int seen;
  private volatile long seenAt;

  private WakeUp(int times) {
    this.nanos = new long[times];
  }

  /** {@code wake TIMES}: by a platform thread's unpark. */
  static Map<String, Long> fromAThread(Starter starter, int[] n) throws InterruptedException {
    WakeUp w = new WakeUp(n[0]);
    Thread[] goroutine = new Thread[1];
    CountDownLatch ready = new CountDownLatch(1);
    starter
        .go()
        .accept(
            () -> {
              goroutine[0] = Thread.currentThread();
              ready.countDown();
              for (int i = 1; i <= n[0]; i++) {
                while (w.asked < i) {
                  LockSupport.park(w);
                }
                w.saw(i);
              }
            });
    ready.await();
    return w.measure(
        i -> {
          w.asked = i;
          LockSupport.unpark(goroutine[0]);
        });
  }

  private volatile int asked;

  private void saw(int i) {
    seenAt = System.nanoTime();
    seen = i;
  }

  @FunctionalInterface
  private interface Waker {
    void wake(int i) throws IOException;
  }

  private Map<String, Long> measure(Waker waker) {
    try {
      for (int i = 1; i <= nanos.length; i++) {
        long start = System.nanoTime();
        waker.wake(i);
        do { // asleep: a thread that spins would take a CPU that the goroutine may be put on
          LockSupport.parkNanos(PAUSE);
        } while (seen < i);
        nanos[i - 1] = seenAt - start;
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Arrays.sort(nanos);
    return Map.of(
        "p50", nanos[nanos.length / 2], "p99", nanos[(int) Math.ceil(0.99 * nanos.length) - 1]);
  }

  /** {@code wake-net TIMES}: by a byte on a connection of the scheduler's own kind. */
  static Map<String, Long> fromTheNetwork(Starter starter, int[] n) throws Exception {
    WakeUp w = new WakeUp(n[0]);
    Exchanger<SocketAddress> address = new Exchanger<>();
    starter
        .go()
        .accept(
            () -> {
              try {
                if (starter.loompoll()) {
                  w.readOurs(address);
                } else {
                  w.readJdks(address);
                }
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    InetSocketAddress to = (InetSocketAddress) address.exchange(new InetSocketAddress(0));
    try (Socket socket = new Socket(to.getAddress(), to.getPort())) {
      socket.setTcpNoDelay(true);
      return w.measure(i -> socket.getOutputStream().write(1));
    }
  }

  private void readOurs(Exchanger<SocketAddress> address) throws IOException, InterruptedException {
    try (Listener listener = Net.listen("tcp4", "127.0.0.1:0")) {
      address.exchange(listener.address());
      try (Conn conn = listener.accept()) {
        byte[] one = new byte[1];
        for (int i = 1; conn.read(one) > 0; i++) {
          saw(i);
        }
      }
    }
  }

  private void readJdks(Exchanger<SocketAddress> address) throws IOException, InterruptedException {
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      address.exchange(listener.getLocalSocketAddress());
      try (Socket socket = listener.accept()) {
        InputStream in = socket.getInputStream();
        byte[] one = new byte[1];
        for (int i = 1; in.read(one) > 0; i++) {
          saw(i);
        }
      }
    }
  }
}
