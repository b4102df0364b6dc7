package dev.loompoll.bench.suite;

import dev.loompoll.bench.result.Figure;

/** What connections cost that do nothing. */
final class IdleMemory implements Workload {
  static final String KIND = "idle-memory";

  @Override
  public String id() {
    return KIND;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String title() {
    return "memory of an idle connection";
  }

  @Override
  public String unit() {
    return "";
  }

  @Override
  public Figure main() {
    return Figure.RESIDENT_BYTES;
  }

  @Override
  public Measuring begin(Plan plan, Progress progress) {
    return new IdleMeasuring(this, plan, progress);
  }
}
