package dev.loompoll.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loompoll.ConnClosedException;
import dev.loompoll.Listener;
import dev.loompoll.Loompoll;
import dev.loompoll.Net;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TlsHelloTest {
  interface Client {
    String get(String url) throws Exception;
  }

  private static void answers(Client client) throws Exception {
    SSLContext context = TlsHello.selfSigned();
    try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      Thread server =
          Loompoll.go(
              () -> {
                try {
                  TlsHello.serve(listener, context);
                } catch (ConnClosedException expected) {
                  // at the end of the test
                }
              });
      String url = "https://127.0.0.1:" + listener.address().getPort() + "/world";
      assertEquals("hello over TLS, you asked: GET /world HTTP/1.1\n", client.get(url));
      listener.close();
      server.join();
    }
  }

  /** A TLS peer that is not ours: the JDK's own socket, trusting everybody. */
  @Test
  void theJdksClientGetsItsAnswer() throws Exception {
    answers(TrustingClient::get);
  }

  @Test
  @Tag("system")
  void curlGetsItsAnswer() throws Exception {
    answers(
        url -> {
          Process curl = new ProcessBuilder("curl", "-sSk", "--max-time", "20", url).start();
          String body = new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
          String errors =
              new String(curl.getErrorStream().readAllBytes(), StandardCharsets.US_ASCII);
          assertEquals("", errors);
          assertEquals(0, curl.waitFor());
          return body;
        });
  }
}
