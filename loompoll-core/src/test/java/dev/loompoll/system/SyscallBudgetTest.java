package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an echo costs in system calls. */
@Tag("system")
@Timeout(300)
class SyscallBudgetTest {
  private static final int CONNECTIONS = 200;
  private static final int ECHOES = 100;
  private static final int SLACK = 20;

  @Test
  void aSocketIsRegisteredOnceAndAnEchoIsOneReceiveAndOneSend() throws IOException {
    try (Child server = Child.start(EchoServer.class);
        Strace strace =
            Strace.watch(
                server, "accept4,epoll_ctl,epoll_wait,epoll_pwait2,recvfrom,sendto,write,futex")) {
      Clients.echo(server.port(), CONNECTIONS, ECHOES);
      server.await("eof", CONNECTIONS);
      strace.detach();
      System.out.printf(
          "%s: %d echoes on %d connections:",
          Tools.FALLBACK ? "fallback" : "scheduler", CONNECTIONS * ECHOES, CONNECTIONS);
      for (String call :
          "accept4 epoll_ctl recvfrom sendto epoll_wait epoll_pwait2 write futex".split(" ")) {
        System.out.print(" " + call + " " + strace.calls(call));
      }
      System.out.println();
      assertEquals(CONNECTIONS, strace.calls("epoll_ctl"));
      assertEquals(CONNECTIONS * ECHOES, strace.calls("sendto"));
      assertAtMost(CONNECTIONS * (ECHOES + 2) + SLACK, strace.calls("recvfrom"));
      assertAtMost(2 * CONNECTIONS + SLACK, strace.calls("accept4"));
    }
  }

  private static void assertAtMost(int most, int n) {
    assertTrue(n <= most, () -> n + " calls, more than " + most);
  }
}
