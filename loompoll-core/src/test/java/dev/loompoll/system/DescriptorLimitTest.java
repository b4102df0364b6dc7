package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Loompoll;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that may have 64 descriptors, and 200 clients. */
@Tag("system")
@Timeout(300)
class DescriptorLimitTest {
  private static final int LIMIT = 64;
  private static final int CLIENTS = 200;

  /** Pauses of 5 ms, twice as long each, up to 1 s: so many are shorter than that. */
  private static final int SHORT_PAUSES = 8;

  @Test
  void asManyAsFitAreServedAndTheRestLater(@TempDir Path dir) throws IOException {
    // As users have it. A class in a directory cannot be loaded without a free descriptor.
    String jars = jar(dir, Loompoll.class) + File.pathSeparator + jar(dir, EchoServer.class);
    servesAll(jars);
  }

  @Test
  void theSameWithClassesInDirectories() throws IOException {
    servesAll(Child.classPath());
  }

  private static void servesAll(String classPath) throws IOException {
    String prlimit = Tools.require("prlimit", "util-linux");
    List<String> limit = List.of(prlimit, "--nofile=" + LIMIT + ":" + LIMIT);
    try (Child server = Child.start(limit, classPath, EchoServer.class)) {
      int fds = server.numbers("fds").get("fds");
      Clients.echo(server.port(), 1, 1);
      server.await("eof", 1);

      AtomicInteger served = new AtomicInteger();
      CountDownLatch leave = new CountDownLatch(1);
      FutureTask<Integer> clients =
          new FutureTask<>(
              () -> Clients.run(CLIENTS, i -> () -> client(server.port(), i, served, leave)));
      Thread.ofPlatform().start(clients);
      boolean bounded = false;
      try {
        checkShortage(server);
        assertTrue(served.get() > 0, "nobody was served");
        bounded = true;
      } finally {
        if (!bounded) {
          server.kill(); // or the clients would wait
        }
        leave.countDown();
      }
      assertEquals(CLIENTS, get(clients));
      server.await("goroutines", 1);
      Map<String, Integer> stats = server.numbers("stats");
      assertEquals("", server.ask("failures"));
      assertEquals(1 + CLIENTS, stats.get("accepts"));
      assertEquals(1, stats.get("connections"));
      assertEquals(fds, server.numbers("fds").get("fds"));
      assertEquals(Tools.FALLBACK ? 0 : 1, stats.get("scheduler"));
      int logged = server.err().split("backing off", -1).length - 1;
      assertTrue(logged >= 1 && logged <= stats.get("acceptBackoffs"), server::err);
    }
  }

  /** It has as many connections as it can, and does not try again all the time. */
  private static void checkShortage(Child server) {
    long start = System.nanoTime();
    try {
      server.await("acceptBackoffs", n -> n > SHORT_PAUSES);
    } catch (AssertionError e) {
      throw new AssertionError(server.ask("failures") + "\n" + server.err(), e);
    }
    Map<String, Integer> stats = server.numbers("stats");
    Duration shortage = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(stats.get("connections") < LIMIT, stats::toString);
    assertTrue(
        stats.get("acceptBackoffs") <= SHORT_PAUSES + 1 + shortage.toSeconds(),
        () -> stats.get("acceptBackoffs") + " pauses in " + shortage);
  }

  private static int get(FutureTask<Integer> clients) {
    try {
      return clients.get(2 * Tools.LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("not all are served", e);
    }
  }

  /** Stays, once served, until all are to leave. */
  private static int client(int port, int i, AtomicInteger served, CountDownLatch leave)
      throws Exception {
    try (Socket socket = Clients.connect(port)) {
      Clients.echo(socket, new Random(i));
      served.incrementAndGet();
      leave.await();
      return 1;
    }
  }

  private static String jar(Path dir, Class<?> c) {
    String jar = dir.resolve(c.getSimpleName() + ".jar").toString();
    ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
    int status = tool.run(System.out, System.err, "cf", jar, "-C", Child.home(c), ".");
    assertEquals(0, status, "jar");
    return jar;
  }
}
