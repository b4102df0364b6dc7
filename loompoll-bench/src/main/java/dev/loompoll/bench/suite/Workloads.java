package dev.loompoll.bench.suite;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that there are. */
public final class Workloads {
  /** What a quick run has. */
  private static final List<String> QUICK =
      List.of(
          "ping-pong-64-100",
          "pipelined",
          "streaming",
          "churn",
          "latency",
          "idle-memory",
          "stall-spin");

  private Workloads() {}

  public static List<Workload> all() {
    List<Workload> all = new ArrayList<>();
    for (int size : new int[] {64, 1024}) {
      for (int connections : new int[] {1, 100, 1_000, 10_000}) {
        all.add(new PingPong(size, connections));
      }
    }
    all.add(OnLanes.pipelined());
    all.add(OnLanes.streaming());
    all.add(OnLanes.churn());
    all.add(new Latency());
    all.add(new IdleMemory());
    all.add(StallWorkload.spin());
    all.add(StallWorkload.blocked());
    return all;
  }

  /** What models of servers are compared by. */
  public static List<Workload> models() {
    return List.of(OnLanes.churn(), new PingPong(64, 100), OnLanes.pipelined(), new Heavy());
  }

  public static List<Workload> quick() {
    List<Workload> some = new ArrayList<>();
    for (String name : QUICK) {
      List<Workload> found = find(name);
      if (found == null) {
        throw new IllegalStateException(name);
      }
      some.addAll(found);
    }
    return some;
  }

  /** By id, or all of a kind; null if there is none. */
  public static @Nullable List<Workload> find(String name) {
    List<Workload> found =
        all().stream().filter(w -> w.id().equals(name) || w.kind().equals(name)).toList();
    return found.isEmpty() ? null : found;
  }

  /** What can be asked for: kinds and ids. */
  public static Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Workload w : all()) {
      names.add(w.kind());
    }
    for (Workload w : all()) {
      names.add(w.id());
    }
    return names;
  }
}
