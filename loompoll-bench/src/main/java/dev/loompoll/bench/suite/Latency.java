package dev.loompoll.bench.suite;

import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Sample;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.result.Figure;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;

/**
 * Open loop at one rate for all: half of what Go can do on this machine, or where it does not take
 * part, of what the slowest can. The peaks are those of the warm-up, which is a closed loop.
 */
final class Latency extends Contested {
  private static final String GO = "go";

  private long perSecond;

  Latency() {
    super(
        "latency",
        "latency",
        "latency at a fixed rate, 64 bytes, 100 connections",
        "echoes",
        Figure.P99,
        100,
        64,
        1024);
  }

  @Override
  Sample warmUp(Generator generator, Server s, long millis) throws IOException {
    return generator.pipelined(s.name(), millis, 1);
  }

  @Override
  int moreWarmUp() {
    return 3;
  }

  @Override
  String prepare(Map<String, Double> peaks) {
    Double go = peaks.get(GO);
    double peak = go != null ? go : peaks.isEmpty() ? 2 : Collections.min(peaks.values());
    perSecond = Math.max(1, Math.round(peak / 2));
    return String.format(
        Locale.ROOT,
        "open loop at %,d messages a second, half of the peak of %s in a closed loop; latencies from when each message was due",
        perSecond,
        go != null ? GO : "the slowest");
  }

  @Override
  Sample slice(Generator generator, Server s, long millis) throws IOException {
    return generator.fixedRate(s.name(), millis, perSecond);
  }
}
