package dev.loompoll.bench.suite;

import dev.loompoll.bench.Cpus;

/** Who ran where, and how long, in words. */
final class Placement {
  private Placement() {}

  static String of(Contested workload, Plan plan, Cpus cpus) {
    StringBuilder text = new StringBuilder();
    if (cpus.pinned()) {
      text.append(
          "servers on CPU %d, load generator on CPU %d".formatted(cpus.server(), cpus.generator()));
    } else if (workload.pinned(plan)) {
      text.append("NOT PINNED: that takes two CPUs and taskset");
    } else {
      text.append("not pinned");
    }
    if (workload.procs(plan) > 0) {
      text.append(", %d procs each".formatted(workload.procs(plan)));
    }
    if (workload.hogs().any()) {
      text.append(", load generator at nice -20 where that is allowed");
    }
    return text.append(
            "; %d rounds of %d ms slices, all up at once"
                .formatted(plan.rounds(), workload.sliceMillis(plan)))
        .toString();
  }
}
