package dev.loompoll.bench;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** All others, those that take a C compiler or Go among them. */
@Tag("system")
@ParameterizedClass
@MethodSource("names")
class OtherEchoContractTest extends EchoContract {
  private static List<String> names() {
    return Stream.concat(Contestants.here().stream(), Stream.of(Contestants.VIRTUAL_FLOOR))
        .filter(name -> !EchoContractTest.NAMES.contains(name))
        .toList();
  }
}
