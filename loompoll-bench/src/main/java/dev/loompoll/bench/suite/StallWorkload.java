package dev.loompoll.bench.suite;

import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Hogs;
import dev.loompoll.bench.Sample;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.result.Figure;
import java.io.IOException;

/**
 * Echoes beside goroutines that hold their threads. Nobody is pinned, and everybody has two
 * processors: with one, it would be the kernel's scheduler that is measured.
 */
final class StallWorkload extends Contested {
  private static final int PROCS = 2;

  private static final int LONGER = 3;

  /** Some contestants answer nothing as long as the hogs are at it: they are not awaited long. */
  private static final long DRAIN_MILLIS = 1000;

  private final Hogs hogs;

  private StallWorkload(String name, String title, Hogs hogs) {
    super(
        "stall-" + name,
        "stall",
        "echo beside " + title + ", 64 bytes, 100 connections",
        "echoes",
        Figure.RATE,
        100,
        64,
        1024);
    this.hogs = hogs;
  }

  static Contested spin() {
    return new StallWorkload("spin", "8 goroutines that compute", new Hogs(8, Hogs.SPIN, 0));
  }

  static Contested blocked() {
    return new StallWorkload(
        "blocked", "64 goroutines that block their threads", new Hogs(64, Hogs.BLOCKED, 0));
  }

  @Override
  Hogs hogs() {
    return hogs;
  }

  @Override
  int procs(Plan plan) {
    return plan.procs() == 0 ? PROCS : plan.procs();
  }

  /** Longer than others: how it begins is not how it goes on. */
  @Override
  long sliceMillis(Plan plan) {
    return LONGER * plan.sliceMillis();
  }

  @Override
  boolean pinned(Plan plan) {
    return false;
  }

  @Override
  void open(Generator generator, Server s) throws IOException {
    generator.open(s.name(), s.host(), s.port(), connections, size);
  }

  @Override
  Sample slice(Generator generator, Server s, long millis) throws IOException {
    return generator.pingPong(s.name(), millis, DRAIN_MILLIS);
  }
}
