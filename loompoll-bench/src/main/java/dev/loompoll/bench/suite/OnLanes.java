package dev.loompoll.bench.suite;

import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Sample;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.result.Figure;
import java.io.IOException;

/** Loads that differ in what the load generator does, and in nothing else. */
final class OnLanes extends Contested {
  private static final int DEPTH = 16;
  private static final int CHUNK = 64 * 1024;
  private static final int REQUESTS = 10;

  /** A kind of slice. */
  @FunctionalInterface
  private interface Load {
    Sample slice(Generator generator, String name, long millis) throws IOException;
  }

  private final Load load;

  private OnLanes(String id, String kind, String title, String unit, int[] numbers, Load load) {
    super(id, kind, title, unit, Figure.RATE, numbers[0], numbers[1], numbers[2]);
    this.load = load;
  }

  static Contested pipelined() {
    return new OnLanes(
        "pipelined-16",
        "pipelined",
        "pipelined ×16, 64 bytes, 100 connections",
        "echoes",
        new int[] {100, 64, 4096}, // a batch is a quarter of the buffer
        (g, name, millis) -> g.pipelined(name, millis, DEPTH));
  }

  static Contested streaming() {
    return new OnLanes(
        "streaming",
        "streaming",
        "streaming, 64 KiB writes both ways, 10 connections",
        "bytes",
        new int[] {10, CHUNK, CHUNK},
        (g, name, millis) -> g.streaming(name, millis, CHUNK));
  }

  static Contested churn() {
    return new OnLanes(
        "churn",
        "churn",
        "churn: connect, 10 requests of 64 bytes, close; 100 at a time",
        "requests",
        new int[] {100, 64, 1024},
        (g, name, millis) -> g.churn(name, millis, REQUESTS));
  }

  @Override
  Sample slice(Generator generator, Server s, long millis) throws IOException {
    return load.slice(generator, s.name(), millis);
  }
}
