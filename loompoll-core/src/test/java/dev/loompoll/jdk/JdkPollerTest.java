package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loompoll.Loompoll;
import dev.loompoll.internal.net.Engine;
import dev.loompoll.testing.JavaProgram;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * The JDK's own poller is made of virtual threads, which would inherit our scheduler if a goroutine
 * were the first to need it. Then whoever waits for a socket of the JDK's would wait for our Ps.
 */
class JdkPollerTest {
  /** One P, no spare M: a goroutine that computes has all that there is of our scheduler. */
  private static final List<String> ONE =
      List.of("-D" + Engine.PROCS + "=1", "-D" + Engine.MAX_MACHINES + "=1");

  /** A goroutine is the first that waits on a socket of the JDK's, and then keeps the only P. */
  static final class Program {
    private static volatile boolean over;

    public static void main(String[] args) throws Exception {
      CountDownLatch computes = new CountDownLatch(1);
      try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
        Thread first =
            Loompoll.go(
                () -> {
                  echoOnce(server);
                  computes.countDown();
                  while (!over && Loompoll.runtime().scheduler()) {
                    Thread.onSpinWait();
                  }
                });
        awaitParked(first);
        ask(server);
        computes.await();
        Thread second = Thread.ofVirtual().start(() -> echoOnce(server)); // the JDK's scheduler's
        awaitParked(second);
        ask(server);
        second.join();
        System.out.println("machines: " + Loompoll.stats().machines());
        over = true;
        first.join();
      }
    }

    /** In accept: else it might find all that it needs, and wait for nothing. */
    private static void awaitParked(Thread t) {
      while (t.getState() != Thread.State.WAITING) {
        Thread.yield();
      }
    }

    private static void echoOnce(ServerSocket server) {
      try (Socket socket = server.accept()) {
        socket.getOutputStream().write(socket.getInputStream().read());
      } catch (java.io.IOException e) {
        throw new AssertionError(e);
      }
    }

    private static void ask(ServerSocket server) throws Exception {
      try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
        socket.getOutputStream().write(3);
        if (socket.getInputStream().read() != 3) {
          throw new AssertionError("no echo");
        }
      }
    }
  }

  @Test
  void itDoesNotLiveOnOurScheduler() throws Exception {
    JavaProgram.Ended ended = JavaProgram.run(ONE, Program.class);
    assertEquals(0, ended.status(), ended::output);
    int machines = Loompoll.runtime().scheduler() ? 1 : 0;
    assertEquals("machines: " + machines + "\n", ended.output());
  }
}
