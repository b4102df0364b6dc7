package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Go's own conformance tests of connections, {@code nettest.TestConn}, through a relay of ours. */
@Tag("system")
@Timeout(500)
class GoNettestTest {
  private static final Path DEBIAN_GOCODE = Path.of("/usr/share/gocode");
  private static final int TIMES = 5;
  private static final List<String> SUBTESTS =
      List.of(
          "BasicIO",
          "PingPong",
          "RacyRead",
          "RacyWrite",
          "ReadTimeout",
          "WriteTimeout",
          "PastTimeout",
          "PresentTimeout",
          "FutureTimeout",
          "CloseTimeout",
          "ConcurrentMethods");

  @Test
  void testConn(@TempDir Path workspace) throws IOException {
    String go = Tools.require("go", "golang-go");
    Tools.require("gcc", "gcc (for go test -race)");
    assertTrue(
        Files.isDirectory(DEBIAN_GOCODE.resolve("src/golang.org/x/net/nettest")),
        "needs golang.org/x/net: apt-get install golang-golang-x-net-dev");
    Path test = workspace.resolve("src/relaytest/relay_test.go");
    Files.createDirectories(test.getParent());
    try (InputStream in = GoNettestTest.class.getResourceAsStream("relay_test.go")) {
      assertNotNull(in);
      Files.copy(in, test);
    }
    try (Child relay = Child.start(Relay.class)) {
      Tools.Ended ended =
          Tools.run(
              450,
              Path.of("/dev/null"),
              Map.of(
                  "GO111MODULE", "off",
                  "GOPATH", workspace + ":" + DEBIAN_GOCODE,
                  "RELAY", "127.0.0.1:" + relay.port()),
              go,
              "test",
              "-count=" + TIMES,
              "-race",
              "-v",
              "relaytest");
      ended.check();
      for (String subtest : SUBTESTS) {
        assertEquals(TIMES, passes(ended, subtest), () -> subtest + "\n" + ended.out());
      }
      relay.await("goroutines", 1);
      assertEquals(1, relay.stat("connections"));
      assertEquals(TIMES * SUBTESTS.size(), relay.stat("dials"));
    }
  }

  private static long passes(Tools.Ended ended, String subtest) {
    return Pattern.compile("--- PASS: TestRelay/" + subtest + " ")
        .matcher(ended.out())
        .results()
        .count();
  }
}
