package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real {@code ulimit -n}: more clients than descriptors. */
@Tag("system")
class LimitTest {
  private static final int CLIENTS = 200;

  @Test
  void everybodyIsServedInTheEnd() throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (Child child = Child.startAfter("ulimit -n 120")) {
      String address = child.ask("address");
      int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
      assertEquals("served 2, 0 backoffs", child.ask("serve 2"));
      for (int i = 0; i < CLIENTS; i++) {
        Socket client = new Socket("127.0.0.1", port); // the kernel takes them all
        clients.add(client);
        client.getOutputStream().write(i);
      }
      while (Long.parseLong(child.ask("backoffs")) == 0) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < CLIENTS; i++) {
        Socket client = clients.get(i);
        assertEquals(i, client.getInputStream().read());
        client.close(); // makes room for one of those that wait
      }
      long backoffs = Long.parseLong(child.ask("backoffs"));
      assertTrue(backoffs < 10 * CLIENTS, "spins: " + backoffs + " backoffs");
      String answer = child.ask("serve 5");
      assertTrue(answer.startsWith("served 5, "), answer);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }
}
