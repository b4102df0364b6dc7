package dev.loompoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1:80",
    "0.0.0.0, 0.0.0.0:80",
    "::, [::]:80",
    "::1, [::1]:80",
    "2001:db8::1, [2001:db8::1]:80",
    "2001:db8::, [2001:db8::]:80",
    "fe80::10:0:1, [fe80::10:0:1]:80",
    "1:2:3:4:5:6:7:8, [1:2:3:4:5:6:7:8]:80",
    "1:0:3:4:5:6:7:8, [1:0:3:4:5:6:7:8]:80",
  })
  void isWhatUsersWrite(String host, String text) {
    assertThat(AddressText.of(new InetSocketAddress(host, 80))).isEqualTo(text);
  }
}
