package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One step of listening or dialling fails. The exception says what was done, where, and which step
 * failed and why; nothing is left over, and the next try succeeds.
 */
@Tag("system")
@Timeout(300)
class OpenFailureTest {
  /** For what does not change it. */
  private static Child opener;

  @BeforeAll
  static void start() throws IOException {
    opener = Child.start(Opener.class);
    check(opener, "listen");
    check(opener, "dial");
  }

  @AfterAll
  static void stop() throws IOException {
    opener.close();
  }

  // ---- the pollers, at the first use

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"listen", "dial"})
  void thePollersCannotBeOpened(String command) throws IOException {
    try (Child fresh = Child.start(Opener.class)) {
      String where = command + " tcp 127.0.0.1:" + (command.equals("dial") ? fresh.port() : 0);
      String[][] steps = {
        {"epoll_create1", "EMFILE", "epoll_create1: the process has no free file descriptor"},
        {"eventfd2", "EMFILE", "eventfd: the process has no free file descriptor"},
        {"epoll_ctl", "ENOMEM", "epoll_ctl: out of kernel memory"},
      };
      int pollers = Tools.FALLBACK ? 1 : 2;
      for (String[] step : steps) {
        for (int i = 1; i <= pollers; i++) {
          fails(
              fresh,
              command,
              step[0],
              step[1],
              i,
              "java.net.SocketException: " + where + ": " + step[2] + " (" + step[1] + ")",
              false);
        }
      }
      check(fresh, command);
      assertEquals(pollers * 2, fresh.numbers("fds").get("fds") - before(fresh));
    }
  }

  /** What it had when it had no pollers yet. */
  private static int before(Child child) throws IOException {
    try (Child other = Child.start(Opener.class)) {
      return other.numbers("fds").get("fds");
    }
  }

  // ---- listening

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @CsvSource({
    "socket,      EMFILE,     1, socket: the process has no free file descriptor, SocketException",
    "socket,      EACCES,     1, socket: permission denied,                       SocketException",
    "setsockopt,  ENOMEM,     1, setsockopt: out of kernel memory,                SocketException",
    "setsockopt,  ENOMEM,     2, setsockopt: out of kernel memory,                SocketException",
    "setsockopt,  ENOMEM,     3, setsockopt: out of kernel memory,                SocketException",
    "setsockopt,  ENOMEM,     4, setsockopt: out of kernel memory,                SocketException",
    "setsockopt,  ENOMEM,     5, setsockopt: out of kernel memory,                SocketException",
    "bind,        EADDRINUSE, 1, address already in use,                          BindException",
    "bind,        EACCES,     1, permission denied,                               BindException",
    "listen,      EADDRINUSE, 1, address already in use,                          BindException",
    "listen,      ENOMEM,     1, out of kernel memory,                            SocketException",
    "epoll_ctl,   ENOMEM,     1, epoll_ctl: out of kernel memory,                 SocketException",
    "epoll_ctl,   ENOSPC,     1, epoll_ctl: limit of epoll watches reached,       SocketException",
  })
  void listening(String call, String errno, int which, String text, String type)
      throws IOException {
    String message = "java.net." + type + ": listen tcp 127.0.0.1:0: " + text;
    fails(opener, "listen", call, errno, which, message + " (" + errno + ")", true);
  }

  @Test
  void theListenersAddressCannotBeAskedFor() throws IOException {
    String message =
        "java.net.SocketException: listen tcp 127.0.0.1:0: getsockname: no buffer space (ENOBUFS)";
    fails(opener, "listen", "getsockname", "ENOBUFS", 1, message, true);
  }

  @Test
  void listeningOnIpv6() throws IOException {
    for (int option = 1; option <= 6; option++) {
      String message =
          "java.net.SocketException: listen tcp6 [::1]:0: setsockopt: out of kernel memory (ENOMEM)";
      fails(opener, "listen6", "setsockopt", "ENOMEM", option, message, true);
    }
  }

  @Test
  void listeningOnASharedPort() throws IOException {
    String message =
        "java.net.SocketException: listen tcp4 127.0.0.1:0: setsockopt: out of kernel memory (ENOMEM)";
    fails(opener, "listen-shared", "setsockopt", "ENOMEM", 2, message, true);
  }

  /** The one call here that does not fail: it asks for as long a queue as there may be. */
  @Test
  void theBacklogIsTheSystemsMaximum() throws IOException {
    String maximum;
    try (Scanner scanner = new Scanner(Path.of("/proc/sys/net/core/somaxconn"))) {
      maximum = scanner.next();
    }
    try (Strace strace = Strace.watch(opener, "listen")) {
      check(opener, "listen");
      strace.detach();
      Matcher call = Pattern.compile("listen\\(\\d+, (\\d+)\\)").matcher(strace.log());
      assertTrue(call.find(), strace::log);
      assertTrue(Integer.parseInt(call.group(1)) >= Integer.parseInt(maximum), strace::log);
    }
  }

  // ---- dialling

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @CsvSource({
    "socket,     EMFILE,        1, socket: the process has no free file descriptor, SocketException",
    "setsockopt, ENOMEM,        1, setsockopt: out of kernel memory,     SocketException",
    "setsockopt, ENOMEM,        2, setsockopt: out of kernel memory,     SocketException",
    "setsockopt, ENOMEM,        3, setsockopt: out of kernel memory,     SocketException",
    "setsockopt, ENOMEM,        4, setsockopt: out of kernel memory,     SocketException",
    "bind,       EADDRNOTAVAIL, 1, cannot assign requested address,      BindException",
    "connect,    EADDRNOTAVAIL, 1, cannot assign requested address,      ConnectException",
    "connect,    ECONNREFUSED,  1, connection refused,                   ConnectException",
    "connect,    ENETUNREACH,   1, network is unreachable,               NoRouteToHostException",
    "connect,    EACCES,        1, permission denied,                    ConnectException",
    "epoll_ctl,  ENOMEM,        1, out of kernel memory,                 ConnectException",
  })
  void dialling(String call, String errno, int which, String text, String type) throws IOException {
    String command = call.equals("bind") ? "dial-from" : "dial";
    String where = "dial tcp 127.0.0.1:" + opener.port();
    String message = "java.net." + type + ": " + where + ": " + text + " (" + errno + ")";
    fails(opener, command, call, errno, which, message, true);
  }

  /** The connection is there, and can be asked again. */
  @Test
  void aDialledConnectionsAddressCannotBeAskedForAtFirst() throws IOException {
    int fds = opener.numbers("fds").get("fds");
    try (Strace strace = Strace.inject(opener, "getsockname", "ENOBUFS", "1")) {
      check(opener, "dial");
      strace.detach();
      assertEquals(1, strace.injected());
    }
    assertEquals(fds, opener.numbers("fds").get("fds"));
  }

  // ----

  /** Makes the command's {@code which}th such call fail, and then succeed under the same strace. */
  private static void fails(
      Child child,
      String command,
      String call,
      String errno,
      int which,
      String message,
      boolean againUnderStrace)
      throws IOException {
    int fds = child.numbers("fds").get("fds");
    try (Strace strace = Strace.inject(child, call, errno, Integer.toString(which))) {
      assertEquals(message, child.ask(command));
      assertEquals(fds, child.numbers("fds").get("fds"), "descriptors left over");
      if (againUnderStrace) {
        check(child, command);
      }
      strace.detach();
      assertEquals(1, strace.injected());
    }
    assertEquals(fds, child.numbers("fds").get("fds"), "descriptors left over");
  }

  private static void check(Child child, String command) {
    String expected = command.startsWith("dial") ? "connected from " : "listens on ";
    String answer = child.ask(command);
    String host = command.equals("listen6") ? "/[0:0:0:0:0:0:0:1]:" : "/127.0.0.1:";
    assertTrue(answer.startsWith(expected + host), answer);
  }
}
