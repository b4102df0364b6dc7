package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server under load, some of whose system calls fail: strace sees to it. */
@Tag("system")
@Timeout(300)
class SyscallFaultTest {
  private static final int CLIENTS = 30;
  private static final int MESSAGES = 30;

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "accept4,      ECONNABORTED, 2+3",
    "accept4,      EINTR,        2+3",
    "recvfrom,     EINTR,        2+3",
    "sendto,       EINTR,        2+3",
    "epoll_wait,   EINTR,        2+2",
    "epoll_wait,   ENOMEM,       2+2",
    "epoll_pwait2, EINTR,        1+2",
    "epoll_pwait2, ENOMEM,       1+2",
  })
  void nobodyNotices(String call, String errno, String when) throws IOException {
    try (Child server = Child.start(EchoServer.class, "deadlines")) {
      int fds = server.numbers("fds").get("fds");
      int injected;
      try (Strace strace = Strace.inject(server, call, errno, when)) {
        Clients.echo(server.port(), CLIENTS, MESSAGES);
        injected = injectedInto(server, strace);
      }
      assertQuiet(server, fds);
      assertEquals("", server.ask("failures"));
      Map<String, Integer> stats = server.numbers("stats");
      assertEquals(CLIENTS, stats.get("accepts"));
      assertEquals(CLIENTS, stats.get("eof"));
      assertEquals(0, stats.get("acceptBackoffs"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"})
  void acceptWaitsOutAShortage(String errno) throws IOException {
    try (Child server = Child.start(EchoServer.class)) {
      int fds = server.numbers("fds").get("fds");
      int injected;
      try (Strace strace = Strace.inject(server, "accept4", errno, "2+3")) {
        Clients.echo(server.port(), CLIENTS, MESSAGES);
        injected = injectedInto(server, strace);
      }
      server.await("acceptBackoffs", injected);
      assertQuiet(server, fds);
      assertEquals(CLIENTS, server.stat("accepts"));
      assertEquals("", server.ask("failures"));
      assertTrue(server.err().contains("(" + errno + "); backing off"), server::err);
    }
  }

  /** Pauses of 5 ms and so on, each twice as long; one line in the log for them all. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"EMFILE", "ENOMEM"})
  void aLongShortageIsLoggedOnce(String errno) throws IOException {
    try (Child server = Child.start(EchoServer.class)) {
      try (Strace strace = Strace.inject(server, "accept4", errno, "1..5")) {
        Clients.echo(server.port(), 1, 1);
        assertTrue(injectedInto(server, strace) >= 5, "five by each thread that accepts");
      }
      assertEquals(1, server.err().split("backing off", -1).length - 1, server::err);
    }
  }

  /** The kernel cannot watch the new descriptor: that connection is lost, the listener is not. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"ENOMEM", "ENOSPC"})
  void anAcceptedConnectionThatCannotBeWatched(String errno) throws IOException {
    try (Child server = Child.start(EchoServer.class)) {
      int fds = server.numbers("fds").get("fds");
      int dialled;
      int injected;
      try (Strace strace = Strace.inject(server, "epoll_ctl", errno, "2+3")) {
        dialled = Clients.echoStubbornly(server.port(), CLIENTS, MESSAGES);
        injected = injectedInto(server, strace);
      }
      assertEquals(CLIENTS + injected, dialled);
      assertQuiet(server, fds);
      Map<String, Integer> stats = server.numbers("stats");
      assertEquals(CLIENTS, stats.get("accepts"));
      assertEquals(injected, stats.get("acceptBackoffs"));
      assertEquals("", server.ask("failures"));
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "recvfrom, ENOMEM, read,  out of kernel memory",
    "recvfrom, EIO,    read,  input/output error",
    "sendto,   ENOMEM, write, out of kernel memory",
    "sendto,   ENOBUFS, write, no buffer space",
  })
  void oneConnectionFails(String call, String errno, String operation, String text)
      throws IOException {
    try (Child server = Child.start(EchoServer.class)) {
      int fds = server.numbers("fds").get("fds");
      int dialled;
      int injected;
      try (Strace strace = Strace.inject(server, call, errno, "5+29")) {
        dialled = Clients.echoStubbornly(server.port(), CLIENTS, MESSAGES);
        injected = injectedInto(server, strace);
      }
      assertQuiet(server, fds);
      Map<String, Integer> stats = server.numbers("stats");
      assertEquals(dialled, stats.get("accepts"));
      assertEquals(injected, stats.get("failed"));
      assertEquals(dialled, stats.get("failed") + stats.get("eof") + stats.get("reset"));
      Pattern message =
          Pattern.compile(
              Pattern.quote("java.net.SocketException: " + operation + " tcp 127.0.0.1:")
                  + server.port()
                  + "->127\\.0\\.0\\.1:\\d+: "
                  + Pattern.quote(text + " (" + errno + ")"));
      for (String failure : server.ask("failures").split("\\|")) {
        assertTrue(message.matcher(failure).matches(), failure);
      }
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({"recvfrom, ECONNRESET", "sendto, ECONNRESET", "sendto, EPIPE"})
  void oneConnectionIsReset(String call, String errno) throws IOException {
    try (Child server = Child.start(EchoServer.class)) {
      int fds = server.numbers("fds").get("fds");
      int dialled;
      int injected;
      try (Strace strace = Strace.inject(server, call, errno, "5+29")) {
        dialled = Clients.echoStubbornly(server.port(), CLIENTS, MESSAGES);
        injected = injectedInto(server, strace);
      }
      assertQuiet(server, fds);
      Map<String, Integer> stats = server.numbers("stats");
      assertEquals(dialled, stats.get("accepts"));
      assertTrue(stats.get("reset") >= injected);
      assertEquals(dialled, stats.get("eof") + stats.get("reset"));
      assertEquals("", server.ask("failures"));
    }
  }

  /** Lets the server finish what it does first: a call under way would end with ENOSYS. */
  private static int injectedInto(Child server, Strace strace) {
    server.await("goroutines", 1);
    strace.detach();
    assertTrue(strace.injected() > 0, "nothing was injected");
    return strace.injected();
  }

  /** All connections have ended, nothing is left over, and it serves again. */
  private static void assertQuiet(Child server, int fds) {
    assertEquals(1, server.stat("goroutines"));
    assertEquals(1, server.stat("connections"));
    assertEquals(fds, server.numbers("fds").get("fds"));
    assertEquals(Tools.FALLBACK ? 0 : 1, server.stat("scheduler"));
  }
}
