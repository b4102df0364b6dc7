package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Loompoll;
import dev.loompoll.Net;
import dev.loompoll.testing.JavaProgram;
import dev.loompoll.testing.Pinned;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goroutines are daemon threads: they keep no JVM alive, and work until it is gone. */
class ShutdownTest {
  private static final int GOROUTINES = 1000;

  /** A program with many live goroutines, of all kinds, that ends in one of several ways. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      CountDownLatch started = new CountDownLatch(GOROUTINES);
      Listener listener = Net.listen("tcp", "127.0.0.1:0");
      for (int i = 0; i < GOROUTINES; i++) {
        int kind = i % 10 == 0 ? i / 10 % 10 : 9;
        Loompoll.go(
            () -> {
              started.countDown();
              live(kind, listener);
            });
      }
      started.await();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> hook(listener)));
      switch (args[0]) {
        case "return" -> {}
        case "throw" -> throw new IllegalStateException("main's");
        case "exit" -> System.exit(7);
        default -> {
          Loompoll.go(() -> System.exit(8));
          LockSupport.park();
        }
      }
    }

    /** For ever. */
    private static void live(int kind, Listener listener) throws Exception {
      switch (kind) {
        case 0 -> {
          if (Loompoll.runtime().scheduler()) { // the JDK's gives nobody else a turn beside these
            compute();
          }
        }
        case 1 -> Net.dial(listener.address()).read(new byte[1]);
        case 2 -> listener.accept().read(new byte[1]);
        case 3 -> Thread.sleep(Long.MAX_VALUE);
        case 4 -> {
          synchronized (Program.class) {
            Program.class.wait();
          }
        }
        case 5 -> {
          if (Loompoll.runtime().scheduler()) {
            Pinned.run(LockSupport::park);
          }
        }
        case 6 -> {
          for (; ; ) {
            Thread.yield();
            Thread.sleep(1);
          }
        }
        default -> {
          for (; ; ) {
            LockSupport.park();
          }
        }
      }
    }

    private static void compute() {
      for (long x = 1; x != 0; x |= x << 1) {
        Thread.onSpinWait();
      }
    }

    /** Goroutines and their network still work. */
    private static void hook(Listener listener) {
      try {
        Loompoll.go(
                () -> {
                  try (Conn conn = Net.dial(listener.address())) {
                    System.out.println(
                        "hook, live: " + conn.remoteAddress().equals(listener.address()));
                  }
                })
            .join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"return, 0", "throw, 1", "exit, 7", "exit-by-goroutine, 8"})
  void endsWithItsStatusAndAfterItsHooks(String how, int status) throws Exception {
    JavaProgram.Ended ended = JavaProgram.run(List.of("-Xmx256m"), Program.class, how);
    assertEquals(status, ended.status(), ended::output);
    assertTrue(ended.output().contains("hook, live: true"), ended::output);
  }

  @Test
  void goroutinesAreDaemons() throws Exception {
    Thread t = Loompoll.go(() -> {});
    assertTrue(t.isDaemon());
    t.join();
    assertTrue(Loompoll.threadFactory().newThread(() -> {}).isDaemon());
  }
}
