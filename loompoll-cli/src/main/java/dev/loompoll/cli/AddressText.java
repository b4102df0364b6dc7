package dev.loompoll.cli;

import java.net.InetSocketAddress;

/** Addresses as users write them: {@code 127.0.0.1:8888}, {@code [::1]:8888}. */
final class AddressText {
  private AddressText() {}

  static String of(InetSocketAddress address) {
    String host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    if (host.indexOf(':') >= 0) {
      // Java writes 0:0:0:0:0:0:0:1
      host = "[" + host.replaceFirst("(?:^|:)(?:0(?::|(?=%)|$)){2,}", "::") + "]";
    }
    return host + ":" + address.getPort();
  }
}
