package dev.loompoll.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which processor runs what. Pinned: the servers on the first that this process may use, the load
 * generator on the last; both must be there, and {@code taskset} to do it.
 */
public record Cpus(int server, int generator) {
  /** Nobody is told where to run. */
  public static final Cpus UNPINNED = new Cpus(-1, -1);

  public boolean pinned() {
    return server >= 0;
  }

  public static Cpus choose(boolean pin) {
    List<Integer> allowed = allowed();
    if (!pin || allowed.size() < 2 || !Tools.has("taskset")) {
      return UNPINNED;
    }
    return new Cpus(allowed.getFirst(), allowed.getLast());
  }

  /** The command on that processor. */
  public static List<String> on(int cpu, List<String> command) {
    if (cpu < 0) {
      return command;
    }
    List<String> words = new ArrayList<>(List.of("taskset", "-c", Integer.toString(cpu)));
    words.addAll(command);
    return words;
  }

  /** From a line such as {@code Cpus_allowed_list: 0,2-3}. */
  private static List<Integer> allowed() {
    List<Integer> cpus = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("Cpus_allowed_list:")) {
          for (String range : line.substring(line.indexOf(':') + 1).strip().split(",")) {
            String[] ends = range.split("-");
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
              cpus.add(cpu);
            }
          }
        }
      }
    } catch (IOException e) {
      // not pinned then
    }
    return cpus;
  }
}
