package dev.loompoll.bench.suite;

import dev.loompoll.bench.result.Figure;
import java.io.IOException;

/**
 * A chapter of the suite.
 *
 * @see Workloads
 */
public sealed interface Workload permits Contested, IdleMemory {
  /** Unique, and the same in every run. */
  String id();

  /** Its kind: what several ids may have in common. */
  String kind();

  String title();

  /** What the rate counts; empty if there is none. */
  String unit();

  /** The figure that it is about. */
  Figure main();

  /** Starts what it needs. */
  Measuring begin(Plan plan, Progress progress) throws IOException;
}
