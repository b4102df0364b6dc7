package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Loompoll;
import dev.loompoll.Net;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.JavaProgram;
import dev.loompoll.testing.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A goroutine that fails, by whatever it throws, ends alone. */
class FailureTest {
  private static final int FAILING = 100;

  @Test
  void theHandlerIsToldAndTheOthersGoOn() throws Exception {
    Group group = new Group(Callers.GOROUTINES);
    Map<Thread, Throwable> told = new ConcurrentHashMap<>();
    AtomicInteger afterwards = new AtomicInteger();
    List<Thread> failing = new ArrayList<>();
    for (int i = 0; i < FAILING; i++) {
      int kind = i;
      failing.add(
          Loompoll.go(
              () -> {
                Thread.currentThread().setUncaughtExceptionHandler(told::put);
                Thread.yield();
                fail(kind);
              }));
      group.go(
          () -> {
            Thread.yield();
            afterwards.incrementAndGet();
          });
    }
    for (Thread t : failing) {
      t.join();
      assertTrue(told.containsKey(t), t::toString);
    }
    group.await();
    assertEquals(FAILING, afterwards.get());
    assertInstanceOf(OutOfMemoryError.class, told.get(failing.get(0)));
    assertInstanceOf(StackOverflowError.class, told.get(failing.get(1)));
    assertInstanceOf(Exception.class, told.get(failing.get(2)));
  }

  private static void fail(int kind) throws Exception {
    switch (kind % 3) {
      case 0 -> tooLong();
      case 1 -> tooDeep(0);
      default -> throw new Exception("checked");
    }
  }

  /** The JVM refuses so long an array however much memory there is. */
  private static long[] tooLong() {
    return new long[Integer.MAX_VALUE];
  }

  private static int tooDeep(int n) {
    return n < 0 ? 0 : tooDeep(n + 1) + 1; // no stack is so deep that it overflows n
  }

  /** Echoes go on beside goroutines that take all memory there is, again and again. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      AtomicInteger exhausted = new AtomicInteger();
      AtomicInteger echoes = new AtomicInteger();
      try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          threads.add(
              Loompoll.go(
                  () -> {
                    Thread.currentThread()
                        .setUncaughtExceptionHandler(
                            (t, e) -> {
                              if (e instanceof OutOfMemoryError) {
                                exhausted.incrementAndGet();
                              }
                            });
                    List<byte[]> all = new ArrayList<>(1000);
                    for (; ; ) {
                      all.add(new byte[4_000_000]); // so much that what others need is left
                    }
                  }));
          Conn client = Net.dial(listener.address());
          Conn server = listener.accept();
          threads.add(Loompoll.go(() -> Traffic.echo(server)));
          threads.add(
              Loompoll.go(
                  () -> {
                    byte[] one = new byte[1];
                    try (client) {
                      for (int k = 0; k < 200; k++) {
                        client.write(one);
                        echoes.addAndGet(client.read(one));
                      }
                    }
                  }));
        }
        for (Thread t : threads) {
          t.join();
        }
      }
      System.out.println(exhausted + " exhausted, " + echoes + " echoes");
    }
  }

  @Test
  void outOfMemory() throws Exception {
    JavaProgram.Ended ended =
        JavaProgram.run(List.of("-Xmx64m", "-XX:+UseSerialGC"), Program.class);
    assertEquals(0, ended.status(), ended::output);
    assertEquals("10 exhausted, 2000 echoes\n", ended.output());
  }
}
