package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Names with several addresses, and sockets that would connect to themselves. */
@Tag("system")
@Timeout(300)
class DialTest {
  private static Child start(String... wrapper) throws IOException {
    return Child.start(List.of(wrapper), Child.classPath(), DialTarget.class);
  }

  @Test
  void oneAddressAfterAnother(@TempDir Path dir) throws IOException {
    Path hosts = dir.resolve("hosts");
    Files.writeString(
        hosts,
        """
        127.0.0.1 localhost
        127.0.0.2 second.test
        127.0.0.1 second.test
        127.0.0.2 none.test
        127.0.0.3 none.test
        """);
    try (Child child = start("env", "JAVA_TOOL_OPTIONS=-Djdk.net.hosts.file=" + hosts)) {
      assertEquals("connected to /127.0.0.1:" + child.port(), child.ask("dial second.test"));
      assertEquals(
          refused("127.0.0.2", child.port()) + " | " + refused("127.0.0.3", child.port()),
          child.ask("dial none.test")); // the first failure, with the others
      String unknown = child.ask("dial unknown.test");
      assertTrue(unknown.startsWith("java.net.UnknownHostException: "), unknown);
    }
  }

  private static String refused(String host, int port) {
    return "java.net.ConnectException: dial tcp "
        + host
        + ":"
        + port
        + ": connection refused (ECONNREFUSED)";
  }

  /**
   * Where few ports are free, the kernel now and then picks the very port that is dialled, and
   * connects the socket to itself. The JDK's sockets show that it happens here.
   */
  @Test
  void notToItself() throws IOException {
    String script =
        "ip link set lo up;"
            + "echo 40000 40400 >/proc/sys/net/ipv4/ip_local_port_range;"
            + "exec \"$@\"";
    try (Child child =
        start(Tools.require("unshare", "util-linux"), "-n", "sh", "-ec", script, "sh")) {
      assertTrue(child.numbers("self-jdk 5000 40124").get("connected") > 0, "it never happens");
      assertEquals(0, child.numbers("self 5000 40124").get("connected"));
    }
  }
}
