package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names with several addresses, and sockets that would connect to themselves. */
@Tag("system")
class HostsTest {
  @Test
  void dialsOneAddressAfterAnother(@TempDir Path dir) throws Exception {
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
    try (Child child = Child.start("-Djdk.net.hosts.file=" + hosts)) {
      String address = child.ask("address");
      String port = address.substring(address.indexOf(':'));
      assertEquals("ok", child.ask("resolve second.test"));
      assertEquals(
          "ConnectException: dial tcp 127.0.0.2" + port + ": connection refused (ECONNREFUSED)",
          child.ask("resolve none.test")); // the first failure
      assertEquals(
          "UnknownHostException: unknown.test",
          child.ask("resolve unknown.test").split(":? \\(")[0]);
    }
  }

  /**
   * Where few ports are free, the kernel picks the port that is dialled, now and then, and connects
   * the socket to itself. The JDK's sockets show that it happens here.
   */
  @Test
  void doesNotConnectToItself() throws Exception {
    try (Child child =
        Child.startAfter(
            "[ -n \"$APART\" ] || exec env APART=1 unshare -n \"$0\" -ec '"
                + "ip link set lo up;"
                + "echo 40000 40400 >/proc/sys/net/ipv4/ip_local_port_range;"
                + "exec \"$@\"' sh \"$@\"")) {
      long jdk = Long.parseLong(child.ask("self-jdk 5000 40123"));
      assertTrue(jdk > 0, "it does not happen here");
      assertEquals("0", child.ask("self 5000 40123"));
    }
  }
}
