package dev.loompoll.bench.suite;

import dev.loompoll.bench.Contestant;
import java.time.Duration;
import java.util.List;

/**
 * What is asked for.
 *
 * @param baseline what ratios refer to, where it takes part
 * @param slice a contestant's turn
 * @param warmup the longest time that a contestant is warmed up for one workload
 * @param procs processors for each contestant; 0 is its own default
 * @param idleConnections how many are opened to see what memory they take
 * @param idleRounds how often
 */
public record Plan(
    List<Contestant> contestants,
    List<Workload> workloads,
    String baseline,
    int rounds,
    Duration slice,
    Duration warmup,
    boolean pinned,
    int procs,
    int idleConnections,
    int idleRounds) {

  /** About what it takes to start a server and to count its instructions. */
  private static final double START_SECONDS = 1.5;

  /** Slices that a contestant is warmed up for, mostly. */
  private static final double WARM_SLICES = 8;

  /** A guess, to be mended by how long the first chapters take. */
  double seconds(Workload workload) {
    if (!(workload instanceof Contested c)) {
      return idleRounds * 8.0 * contestants.size();
    }
    double warm = Math.min(warmup.toMillis() / 1e3, WARM_SLICES * slice.toMillis() / 1e3);
    double turns = (rounds + 1 + c.moreWarmUp()) * c.sliceMillis(this) / 1e3;
    return (START_SECONDS + warm + turns) * contestants.size();
  }

  public long sliceMillis() {
    return slice.toMillis();
  }

  List<String> names() {
    return contestants.stream().map(Contestant::name).toList();
  }
}
