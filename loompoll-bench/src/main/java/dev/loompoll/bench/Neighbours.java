package dev.loompoll.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes of somebody else, one on each processor, that want all of it. */
final class Neighbours implements AutoCloseable {
  private final List<Process> processes = new ArrayList<>();

  static Neighbours start() throws IOException {
    Neighbours all = new Neighbours();
    for (int cpu = 0; cpu < Runtime.getRuntime().availableProcessors(); cpu++) {
      Process p =
          new ProcessBuilder(Cpus.on(cpu, List.of("sh", "-c", "while :; do :; done"))).start();
      Children.add(p);
      all.processes.add(p);
    }
    return all;
  }

  @Override
  public void close() {
    processes.forEach(Children::end);
  }
}
