package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Go's own connection test, {@code nettest.TestConn}, with our relay between its two ends. */
@Tag("system")
class GoConnTest {
  private static final String GO_TEST =
      """
      package relaytest

      import (
      	"net"
      	"os"
      	"testing"

      	"golang.org/x/net/nettest"
      )

      func TestRelay(t *testing.T) {
      	listener, err := net.Listen("tcp", os.Getenv("RELAY_TO"))
      	if err != nil {
      		t.Fatal(err)
      	}
      	defer listener.Close()
      	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
      		if c1, err = net.Dial("tcp", os.Getenv("RELAY")); err != nil {
      			return
      		}
      		if c2, err = listener.Accept(); err != nil {
      			return
      		}
      		stop = func() {
      			c1.Close()
      			c2.Close()
      		}
      		return
      	})
      }
      """;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void throughOurRelay(@TempDir Path dir) throws Exception {
    Path source = Files.createDirectories(dir.resolve("src/relaytest")).resolve("relay_test.go");
    Files.writeString(source, GO_TEST);
    try (Child child = Child.start()) {
      String target = "127.0.0.1:" + freePort();
      String relay = child.ask("relay 127.0.0.1:0 " + target);
      ProcessBuilder go = new ProcessBuilder("go", "test", "-count=10", "relaytest").inheritIO();
      go.environment().put("GO111MODULE", "off");
      go.environment().put("GOPATH", dir + ":/usr/share/gocode"); // Debian's golang-*-dev
      go.environment().put("GOCACHE", dir.resolve("cache").toString());
      go.environment().put("RELAY", relay);
      go.environment().put("RELAY_TO", target);
      Process process = go.start();
      try {
        assertEquals(0, process.waitFor());
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static int freePort() throws IOException {
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
