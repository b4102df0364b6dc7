package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** System calls that fail, by strace. Whatever fails, the server lives and nothing leaks. */
@Tag("system")
class FaultTest {
  private Child child;

  @BeforeEach
  void start() throws IOException {
    child = Child.start();
  }

  @AfterEach
  void stop() {
    child.close();
  }

  /** What passes by itself: no client notices. */
  @ParameterizedTest
  @CsvSource({
    "accept4,      EINTR,        false",
    "accept4,      ECONNABORTED, false",
    "accept4,      EMFILE,       true",
    "accept4,      ENFILE,       true",
    "accept4,      ENOBUFS,      true",
    "accept4,      ENOMEM,       true",
    "recvfrom,     EINTR,        false",
    "sendto,       EINTR,        false",
    "epoll_wait,   EINTR,        false",
    "epoll_pwait2, EINTR,        false",
    "epoll_wait,   ENOMEM,       false",
  })
  void allAreServed(String call, String error, boolean backsOff) throws Exception {
    assertEquals("served 3, 0 backoffs", child.ask("serve 3")); // all is warm
    String descriptors = child.ask("fds");
    String answer;
    long injected;
    try (Strace strace = Strace.attach(child, call, error, "1..3")) {
      answer = child.ask("serve 20");
      injected = strace.injected();
    }
    assertTrue(injected > 0, "nothing failed");
    if (backsOff) {
      assertEquals("served 20, " + injected + " backoffs", answer);
    } else {
      assertEquals("served 20, 0 backoffs", answer);
    }
    assertEquals("served 3, 0 backoffs", child.ask("serve 3"));
    assertEquals(descriptors, settled(descriptors));
  }

  /** The server's ends close a moment after the clients'. */
  private String settled(String expected) throws IOException {
    String now = child.ask("fds");
    for (int i = 0; i < 1000 && !now.equals(expected); i++) {
      now = child.ask("fds");
    }
    return now;
  }

  /** A step that fails is named, and what the steps before it had opened is closed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen | socket      | EMFILE  | SocketException: listen tcp 127.0.0.1:0: socket:"
            + " the process has no free file descriptor (EMFILE)",
        "listen | setsockopt  | EPERM   | SocketException: listen tcp 127.0.0.1:0: setsockopt:"
            + " operation not permitted (EPERM)",
        "listen | bind        | EACCES  | BindException: listen tcp 127.0.0.1:0:"
            + " permission denied (EACCES)",
        "listen | listen      | EADDRINUSE | BindException: listen tcp 127.0.0.1:0:"
            + " address already in use (EADDRINUSE)",
        "listen | epoll_ctl   | ENOSPC  | SocketException: listen tcp 127.0.0.1:0: epoll_ctl:"
            + " limit of epoll watches reached (ENOSPC)",
        "listen | getsockname | ENOBUFS | SocketException: listen tcp 127.0.0.1:0: getsockname:"
            + " input/output error (EIO)",
        "dial   | socket      | ENFILE  | SocketException: dial tcp ADDRESS: socket:"
            + " the system has no free file descriptor (ENFILE)",
        "dial   | setsockopt  | EPERM   | SocketException: dial tcp ADDRESS: setsockopt:"
            + " operation not permitted (EPERM)",
        "dial   | connect     | ENETUNREACH | NoRouteToHostException: dial tcp ADDRESS:"
            + " network is unreachable (ENETUNREACH)",
        "dial   | connect     | EADDRNOTAVAIL | ConnectException: dial tcp ADDRESS:"
            + " cannot assign requested address (EADDRNOTAVAIL)",
        "dial   | epoll_ctl   | ENOMEM  | SocketException: dial tcp ADDRESS: epoll_ctl:"
            + " out of kernel memory (ENOMEM)",
        "dial   | getsockopt  | ENOBUFS | ConnectException: dial tcp ADDRESS:"
            + " no buffer space (ENOBUFS)",
      })
  void failingStep(String command, String call, String error, String message) throws Exception {
    String address = child.ask("address");
    assertEquals("ok", child.ask("listen"));
    assertEquals("ok", child.ask("dial"));
    assertEquals("served 1, 0 backoffs", child.ask("serve 1"));
    String descriptors = child.ask("fds");
    try (Strace strace = Strace.attach(child, call, error, "1")) {
      assertEquals(message.replace("ADDRESS", address), child.ask(command));
      assertEquals(descriptors, settled(descriptors));
      assertEquals("ok", child.ask(command));
      assertTrue(strace.injected() > 0, "nothing failed");
    }
    assertEquals("served 5, 0 backoffs", child.ask("serve 5"));
  }

  /** The library cannot start for lack of descriptors; later there are some, and it does. */
  @ParameterizedTest
  @CsvSource({
    "epoll_create1, EMFILE, the process has no free file descriptor (EMFILE)",
    "eventfd2,      ENFILE, the system has no free file descriptor (ENFILE)",
    "epoll_ctl,     ENOMEM, out of kernel memory (ENOMEM)",
  })
  void startsLater(String call, String error, String text) throws Exception {
    String step = call.equals("eventfd2") ? "eventfd" : call;
    String descriptors = child.ask("fds");
    try (Strace strace = Strace.attach(child, call, error, "1")) {
      assertEquals(
          "SocketException: listen tcp 127.0.0.1:0: " + step + ": " + text, child.ask("listen"));
      assertEquals(descriptors, child.ask("fds"));
      assertEquals("ok", child.ask("listen"));
      assertTrue(strace.injected() > 0, "nothing failed");
    }
    assertEquals("served 5, 0 backoffs", child.ask("serve 5"));
  }

  /** An accepted connection that cannot be watched is lost; the listener is not. */
  @Test
  void acceptedButNotWatched() throws Exception {
    String address = child.ask("address");
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    assertEquals("served 1, 0 backoffs", child.ask("serve 1"));
    String descriptors = child.ask("fds");
    try (Strace strace = Strace.attach(child, "epoll_ctl", "ENOMEM", "1")) {
      try (Socket client = new Socket("127.0.0.1", port)) {
        assertEquals(-1, client.getInputStream().read());
      }
      assertTrue(strace.injected() > 0, "nothing failed");
    }
    assertEquals("1", child.ask("backoffs"));
    assertEquals("served 5, 0 backoffs", child.ask("serve 5"));
    assertEquals(descriptors, settled(descriptors));
  }
}
