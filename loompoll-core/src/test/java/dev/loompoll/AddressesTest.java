package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8888, 127.0.0.1, 8888",
    "localhost:0,    localhost, 0",
    ":65535,         ,          65535",
    "[]:1,           ,          1",
    "[::1]:80,       ::1,       80",
    "[::]:080,       ::,        80",
    "[fe80::1%lo]:9, fe80::1%lo, 9",
    "a.b-c:1,        a.b-c,     1",
  })
  void parses(String address, String host, int port) throws Exception {
    assertEquals(new Addresses.HostPort(host, port), Addresses.parse(address));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 | missing port, as in \"127.0.0.1:8888\"",
        "::1:80 | too many colons; write an IPv6 address in brackets, \"[::1]:8888\"",
        "[::1:80 | missing ']'",
        "h:99999 | port \"99999\" is not a number from 0 to 65535",
        "h:http | port \"http\" is not a number from 0 to 65535",
        "h: | port \"\" is not a number from 0 to 65535",
      })
  void saysWhatIsWrong(String address, String why) {
    AddressException e = assertThrows(AddressException.class, () -> Addresses.parse(address));
    assertEquals("address \"" + address + "\": " + why, e.getMessage());
  }

  /** Digits of other scripts are no digits here. */
  @Test
  void otherDigits() {
    assertThrows(AddressException.class, () -> Addresses.parse("h:\u0661\u0662"));
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.0.0.0:80",
    "::, [::]:80",
    "::1, [::1]:80",
    "2001:db8::1, [2001:db8::1]:80",
    "2001:db8::, [2001:db8::]:80",
    "fe80::10:0:1, [fe80::10:0:1]:80",
    "1:2:3:4:5:6:7:8, [1:2:3:4:5:6:7:8]:80",
    "1:0:3:4:5:6:7:8, [1:0:3:4:5:6:7:8]:80",
  })
  void formatsAsUsersWrite(String host, String text) {
    assertEquals(text, Addresses.format(new InetSocketAddress(host, 80)));
  }

  @Test
  void formats() {
    assertEquals("127.0.0.1:80", Addresses.format(new InetSocketAddress("127.0.0.1", 80)));
    assertEquals("name:80", Addresses.format(InetSocketAddress.createUnresolved("name", 80)));
    assertEquals("?", Addresses.format(null));
  }
}
