package dev.loompoll.bench.suite;

import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Sample;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.result.Figure;
import java.io.IOException;
import java.util.Locale;

/** One message in flight on each connection. */
final class PingPong extends Contested {
  static final String KIND = "ping-pong";

  PingPong(int size, int connections) {
    super(
        KIND + "-" + size + "-" + connections,
        KIND,
        String.format(
            Locale.ROOT,
            "ping-pong, %,d bytes, %,d connection%s",
            size,
            connections,
            connections == 1 ? "" : "s"),
        "echoes",
        Figure.RATE,
        connections,
        size,
        size < 1024 ? 1024 : 4096); // a read that fills its buffer would be another story
  }

  @Override
  void open(Generator generator, Server s) throws IOException {
    generator.open(s.name(), s.host(), s.port(), connections, size);
  }

  @Override
  Sample slice(Generator generator, Server s, long millis) throws IOException {
    return generator.pingPong(s.name(), millis);
  }
}
