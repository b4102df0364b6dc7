package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A run like those of the suite, made up from a seed. */
final class SampleRun {
  private static final double[] SHARES = {
    0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999, 1
  };

  /** Of a contestant: its rate, with the C loop's as 1; CPU time an echo; memory a connection. */
  private record Kind(double speed, double user, double kernel, double kib, double tail) {}

  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("c-epoll", new Kind(1, 185, 5950, 0.2, 1));
    KINDS.put("c-io_uring", new Kind(1.09, 120, 5500, 0.3, 1));
    KINDS.put("loompoll", new Kind(0.96, 420, 5850, 1.9, 1.2));
    KINDS.put("loompoll-fallback", new Kind(0.93, 520, 5870, 2.2, 1.4));
    KINDS.put("jdk-virtual", new Kind(0.78, 1010, 7030, 3.6, 1.8));
    KINDS.put("jdk-virtual-poller1", new Kind(0.74, 1090, 7300, 3.7, 2));
    KINDS.put("jdk-virtual-poller2", new Kind(0.79, 1020, 7010, 3.6, 1.8));
    KINDS.put("jdk-platform", new Kind(0.61, 900, 9100, 31, 3));
    KINDS.put("netty-nio", new Kind(0.86, 980, 6100, 4.4, 1.5));
    KINDS.put("netty-epoll", new Kind(0.92, 700, 5900, 3.9, 1.4));
    KINDS.put("netty-io_uring", new Kind(1.03, 690, 5300, 4.1, 1.3));
    KINDS.put("go", new Kind(0.86, 735, 6190, 4.6, 2.4));
  }

  private interface Slice {
    Turn turn(String name, Kind kind, double day);
  }

  private final Random random;
  private final int rounds;
  private final Map<String, Double> changes;

  private SampleRun(long seed, int rounds, Map<String, Double> changes) {
    this.random = new Random(seed);
    this.rounds = rounds;
    this.changes = changes;
  }

  static Run of(long seed) {
    return of(seed, 7, Map.of());
  }

  /**
   * @param changes by contestant, what its rates are multiplied by
   */
  static Run of(long seed, int rounds, Map<String, Double> changes) {
    return new SampleRun(seed, rounds, changes).run();
  }

  private Run run() {
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("cpu", "Example EPYC 32-Core Processor");
    machine.put("cpus", "2");
    machine.put("kernel", "Linux 6.18.5");
    machine.put("jdk", "Example 25.0.4+7-LTS");
    machine.put("go", "go1.24.1 linux/amd64");
    machine.put("cc", "gcc 14.2.0");
    machine.put("load", "0.07");
    List<Run.Entrant> entrants = new ArrayList<>();
    for (String name : KINDS.keySet()) {
      entrants.add(
          new Run.Entrant(
              name,
              name.startsWith("c-") ? "a bare loop in C: the physical limit" : "an echo server",
              name.startsWith("netty") ? "4.2.7.Final" : "25.0.4",
              "no-delay, backlog 4096, buffers of 1 KiB; pooled buffers, as its own guide says"));
    }
    return new Run(
        Run.FORMAT,
        "bench --rounds 7 --json /home/someone/results/latest.json",
        "2026-01-02T03:04:05+00:00",
        true,
        machine,
        entrants,
        chapters());
  }

  private List<Chapter> chapters() {
    List<Chapter> all = new ArrayList<>();
    for (int n : new int[] {1, 100, 1000, 10_000}) {
      String title = "ping-pong, 64 bytes, %d connection%s".formatted(n, n == 1 ? "" : "s");
      all.add(rates("ping-pong-64-" + n, title, "echoes", 160_000 * Math.pow(n, -0.02), n));
    }
    all.add(
        rates("ping-pong-1024-100", "ping-pong, 1 KiB, 100 connections", "echoes", 140_000, 100));
    all.add(rates("pipelined", "pipelined × 16, 100 connections", "echoes", 900_000, 1600));
    all.add(rates("streaming", "streaming, 64 KiB writes", "bytes", 2.4e9, 0));
    all.add(rates("churn", "churn: connect, 10 requests, close", "requests", 61_000, 50));
    all.add(fixedRate());
    all.add(idle());
    all.add(stall());
    return all;
  }

  private Chapter rates(String id, String title, String unit, double rate, int connections) {
    Slice slice =
        (name, kind, day) -> {
          double mine = rate * kind.speed * day * changes.getOrDefault(name, 1.0) * noise(0.025);
          Map<String, Double> figures = cpu(kind, day, unit.equals("bytes") ? 1e4 : 1);
          figures.put(Figure.RATE.key(), mine);
          figures.put(Figure.GENERATOR_IDLE.key(), 0.25 * random.nextDouble());
          return connections == 0
              ? new Turn(figures, List.of())
              : latencies(figures, connections * 1e9 / mine, kind.tail);
        };
    return chapter(id, title, unit, Figure.RATE, "c-epoll", KINDS, slice);
  }

  private Chapter fixedRate() {
    Slice slice =
        (name, kind, day) -> {
          Map<String, Double> figures = cpu(kind, day, 1);
          figures.put(Figure.RATE.key(), 70_000.0);
          return latencies(figures, 45_000 * noise(0.05), kind.tail * 1.6);
        };
    String title = "fixed rate: half of Go's peak, 100 connections";
    return chapter("fixed-rate", title, "echoes", Figure.P99, "go", KINDS, slice);
  }

  private Chapter idle() {
    Slice slice =
        (name, kind, day) -> {
          Map<String, Double> figures = new LinkedHashMap<>();
          figures.put(Figure.RESIDENT_BYTES.key(), kind.kib * 1024 * noise(0.01));
          if (!name.startsWith("c-") && !name.equals("go")) {
            figures.put(Figure.HEAP_BYTES.key(), kind.kib * 600 * noise(0.01));
          }
          return new Turn(figures, List.of());
        };
    String title = "15 000 idle connections";
    return chapter("idle", title, "", Figure.RESIDENT_BYTES, "jdk-virtual", KINDS, slice);
  }

  private Chapter stall() {
    Map<String, Double> rates =
        Map.of("loompoll", 120_000.0, "jdk-platform", 60_000.0, "go", 1200.0);
    Map<String, Kind> some = new LinkedHashMap<>(KINDS);
    some.keySet().removeIf(name -> name.startsWith("c-") || name.startsWith("netty"));
    Slice slice =
        (name, kind, day) -> {
          double rate = rates.getOrDefault(name, 0.0);
          Map<String, Double> figures = new LinkedHashMap<>();
          figures.put(Figure.RATE.key(), rate * day * noise(0.05));
          return rate == 0 ? new Turn(figures, List.of()) : latencies(figures, 100e9 / rate, 4);
        };
    String title = "stall: 8 goroutines that spin beside the echo";
    Chapter chapter = chapter("stall", title, "echoes", Figure.RATE, "go", some, slice);
    chapter.leftOut().put("c-epoll", "a bare loop has no scheduler to share with hogs");
    chapter
        .leftOut()
        .put(
            "netty-epoll",
            "cannot start: exit 1\nIllegalStateException: out of luck\n\tat Example.main(Example.java:7)");
    return chapter;
  }

  private Chapter chapter(
      String id,
      String title,
      String unit,
      Figure main,
      String baseline,
      Map<String, Kind> who,
      Slice slice) {
    Map<String, List<Turn>> turns = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      double day = 0.8 + 0.4 * random.nextDouble(); // the machine's, alike for all in a round
      who.forEach(
          (name, kind) ->
              turns.computeIfAbsent(name, n -> new ArrayList<>()).add(slice.turn(name, kind, day)));
    }
    List<String> notes =
        id.equals("ping-pong-64-100")
            ? List.of(
                "c-io_uring leaves the load generator idle for 1.2 % of the time only: its rate is a"
                    + " lower bound, judge by CPU")
            : List.of();
    return new Chapter(
        id,
        id.replaceFirst("-\\d.*", ""),
        title,
        unit,
        main.key(),
        "servers on CPU 0, load generator on CPU 1, slices of 1 s",
        baseline,
        turns,
        new LinkedHashMap<>(),
        notes);
  }

  private Map<String, Double> cpu(Kind kind, double day, double by) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(Figure.USER_NANOS.key(), kind.user / day / by * noise(0.03));
    figures.put(Figure.KERNEL_NANOS.key(), kind.kernel / day / by * noise(0.03));
    figures.put(Figure.USER_INSTRUCTIONS.key(), kind.user * 4.4 / by * noise(0.002));
    figures.put(Figure.KERNEL_INSTRUCTIONS.key(), 12_000 / by * noise(0.002));
    figures.put(Figure.BUSY.key(), 1.0);
    figures.put(Figure.OTHERS.key(), 0.02 * random.nextDouble());
    return figures;
  }

  private Turn latencies(Map<String, Double> figures, double typical, double tail) {
    List<double[]> curve = new ArrayList<>();
    double wave = noise(0.04);
    for (double share : SHARES) {
      double nines = share == 1 ? 6 : -Math.log10(1 - share);
      double stretch = 0.8 + 0.25 * nines + 0.05 * tail * Math.pow(nines, 3);
      curve.add(new double[] {share, typical * wave * stretch});
    }
    figures.put(Figure.P50.key(), curve.get(3)[1]);
    figures.put(Figure.P90.key(), curve.get(5)[1]);
    figures.put(Figure.P99.key(), curve.get(7)[1]);
    figures.put(Figure.P999.key(), curve.get(9)[1]);
    figures.put(Figure.MAX.key(), curve.getLast()[1]);
    return new Turn(figures, curve);
  }

  private double noise(double size) {
    return Math.exp(size * random.nextGaussian());
  }
}
