package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that others have written. */
@Tag("system")
@Timeout(300)
class RealPeersTest {
  private static final Path NOTHING = Path.of("/dev/null");
  private static final int LENGTH = 3_000_001;

  @Test
  void nc(@TempDir Path dir) throws IOException {
    String nc = Tools.require("nc", "netcat-openbsd");
    try (Child server = Child.start(EchoServer.class)) {
      echoes(server, dir, nc, "-N", "127.0.0.1", "" + server.port());
    }
  }

  @Test
  void socat(@TempDir Path dir) throws IOException {
    String socat = Tools.require("socat", "socat");
    try (Child server = Child.start(EchoServer.class)) {
      echoes(server, dir, socat, "-t60", "-", "TCP4:127.0.0.1:" + server.port());
    }
  }

  /** Every byte that it sends comes back, after it has said that there are no more. */
  private static void echoes(Child server, Path dir, String... command) throws IOException {
    byte[] bytes = new byte[LENGTH];
    new Random(1).nextBytes(bytes);
    Path in = Files.write(dir.resolve("in"), bytes);
    Tools.Ended ended = Tools.run(Tools.LIMIT_SECONDS, in, command);
    assertEquals(0, ended.status());
    assertEquals(LENGTH, ended.out().length());
    assertTrue(new String(bytes, StandardCharsets.ISO_8859_1).equals(ended.out()), "other bytes");
    server.await("goroutines", 1);
    assertEquals(1, server.stat("eof"));
    assertEquals("", server.ask("failures"));
  }

  /** Two requests on one connection. */
  @Test
  void curl() throws IOException {
    String curl = Tools.require("curl", "curl");
    try (Child server = Child.start(Fixtures.class, "http")) {
      String url = "http://127.0.0.1:" + server.port() + "/";
      Tools.Ended ended =
          Tools.run(
              Tools.LIMIT_SECONDS,
              NOTHING,
              curl,
              "--silent",
              "--show-error",
              "--noproxy",
              "*",
              "--write-out",
              "%{http_code} %{num_connects}\n",
              url + "1",
              url + "2");
      ended.check();
      assertEquals("hello\n200 1\nhello\n200 0\n", ended.out());
      server.await("goroutines", 1);
    }
  }

  @Test
  void wrk() throws IOException {
    String wrk = Tools.require("wrk", "wrk");
    try (Child server = Child.start(Fixtures.class, "http")) {
      Tools.Ended ended =
          Tools.run(
              Tools.LIMIT_SECONDS,
              NOTHING,
              wrk,
              "--threads=1",
              "--connections=50",
              "--duration=2s",
              "--timeout=60s",
              "http://127.0.0.1:" + server.port() + "/");
      ended.check();
      assertFalse(ended.out().contains("Socket errors"), ended::out);
      assertFalse(ended.out().contains("Non-2xx"), ended::out);
      Matcher requests = Pattern.compile("(\\d+) requests in").matcher(ended.out());
      assertTrue(requests.find() && Integer.parseInt(requests.group(1)) > 0, ended::out);
      server.await("goroutines", 1);
      assertTrue(server.stat("requests") >= Integer.parseInt(requests.group(1)));
      assertEquals(1, server.stat("connections"));
    }
  }

  @Test
  void redisBenchmarkWithPipelining() throws IOException {
    String redis = Tools.require("redis-benchmark", "redis-tools");
    int requests = 16_000;
    try (Child server = Child.start(Fixtures.class, "redis")) {
      String port = Integer.toString(server.port());
      Tools.Ended ended =
          Tools.run(
              Tools.LIMIT_SECONDS,
              NOTHING,
              redis,
              "-p",
              port,
              "-t",
              "ping_inline",
              "-n",
              Integer.toString(requests),
              "-c",
              "20",
              "-P",
              "16",
              "-q");
      ended.check();
      assertTrue(ended.out().contains("PING_INLINE: "), ended::out);
      server.await("goroutines", 1);
      assertTrue(server.stat("requests") >= requests, ended::out);
      assertEquals(1, server.stat("connections"));
    }
  }
}
