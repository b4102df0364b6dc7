package dev.loompoll.bench.suite;

import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Hogs;
import dev.loompoll.bench.Launch;
import dev.loompoll.bench.Sample;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.result.Figure;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A load that contestants take in turns. */
abstract non-sealed class Contested implements Workload {
  private final String id;
  private final String kind;
  private final String title;
  private final String unit;
  private final Figure main;
  final int connections;
  final int size;
  private final int buffer;

  /**
   * @param connections to each contestant
   * @param size bytes a message
   * @param buffer bytes of a server's read buffer
   */
  Contested(
      String id,
      String kind,
      String title,
      String unit,
      Figure main,
      int connections,
      int size,
      int buffer) {
    this.id = id;
    this.kind = kind;
    this.title = title;
    this.unit = unit;
    this.main = main;
    this.connections = connections;
    this.size = size;
    this.buffer = buffer;
  }

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final String kind() {
    return kind;
  }

  @Override
  public final String title() {
    return title;
  }

  @Override
  public final String unit() {
    return unit;
  }

  @Override
  public final Figure main() {
    return main;
  }

  @Override
  public final Measuring begin(Plan plan, Progress progress) throws IOException {
    return new Contest(this, plan, progress);
  }

  /** How its servers are started. */
  final Launch launch(Plan plan) {
    return new Launch(procs(plan)).withBuffer(buffer).withHogs(hogs()).withWork(workMicros());
  }

  int procs(Plan plan) {
    return plan.procs();
  }

  boolean pinned(Plan plan) {
    return plan.pinned();
  }

  long sliceMillis(Plan plan) {
    return plan.sliceMillis();
  }

  /** Slices as those of the rounds, after the warm-up, where that is of another kind. */
  int moreWarmUp() {
    return 0;
  }

  /** CPU time of each echo's handler. */
  int workMicros() {
    return 0;
  }

  /** What stands in the way of a turn. */
  Hogs hogs() {
    return Hogs.NONE;
  }

  /** Connects. */
  void open(Generator generator, Server s) throws IOException {
    generator.lanes(s.name(), s.host(), s.port(), connections, size);
  }

  /** A slice that warms it up; nothing stands in the way. */
  Sample warmUp(Generator generator, Server s, long millis) throws IOException {
    return slice(generator, s, millis);
  }

  /**
   * Before the rounds.
   *
   * @param peaks by contestant, the rate at the end of its warm-up
   * @return what a reader has to know of it, if anything
   */
  @Nullable String prepare(Map<String, Double> peaks) {
    return null;
  }

  abstract Sample slice(Generator generator, Server s, long millis) throws IOException;
}
