package dev.loompoll.bench;

import java.util.List;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Those that a JDK alone can start, one of each kind. */
@ParameterizedClass
@MethodSource("names")
class EchoContractTest extends EchoContract {
  static final List<String> NAMES =
      List.of(Contestants.LOOMPOLL, Contestants.FALLBACK, Contestants.JDK, Contestants.NETTY_EPOLL);

  private static List<String> names() {
    return Contestants.here(NAMES.toArray(String[]::new));
  }
}
