package dev.loompoll.bench.suite;

import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Sample;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.result.Figure;
import java.io.IOException;

/** One message in flight on each connection, and a handler that computes for each. */
final class Heavy extends Contested {
  private static final int MICROS = 200;

  Heavy() {
    super(
        "heavy",
        "heavy",
        "handler of " + MICROS + " µs CPU, 64 bytes, 100 connections",
        "echoes",
        Figure.RATE,
        100,
        64,
        1024);
  }

  @Override
  int workMicros() {
    return MICROS;
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
