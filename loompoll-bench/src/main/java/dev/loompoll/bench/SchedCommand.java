package dev.loompoll.bench;

import dev.loompoll.bench.result.Spread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sched}: our scheduler and the JDK's at the same work, turn about. */
@Command(
    name = "sched",
    description = "Loompoll's scheduler and the JDK's, at work without a network, turn about.")
final class SchedCommand implements Callable<Integer> {
  /** Rounds that do not count. */
  private static final int WARMUP = 3;

  private static final String OURS = "loompoll";
  private static final String JDK = "jdk";
  private static final String POOL = "pool";

  /**
   * A piece of work.
   *
   * @param line what the workers are told
   * @param keys which of their figures count
   * @param scale what a figure is divided by
   * @param baseline whom ratios refer to
   */
  private record Piece(
      String what,
      String line,
      List<String> keys,
      double scale,
      List<String> who,
      String baseline) {
    String name() {
      return line.split(" ")[0];
    }
  }

  private static final String DEADLINES = "deadlines";

  private static final List<String> NANOS = List.of("nanos");
  private static final List<String> BOTH = List.of(OURS, JDK);

  @Mixin private final ContestantsOption options = new ContestantsOption();

  @Option(names = "--rounds", defaultValue = "7", description = "${DEFAULT-VALUE}")
  private int rounds;

  @Option(names = "--procs", defaultValue = "2", description = "${DEFAULT-VALUE}")
  private int procs;

  @Option(
      names = "--only",
      description =
          "pieces of work to do: ring, sleepers, monitor, wake, wake-net, overload, deadlines")
  private String only = "";

  @Override
  public Integer call() throws IOException {
    if (rounds < 1 || procs < 1) {
      throw options.usage("--rounds and --procs must be positive");
    }
    // 1.2 times what the processors can do
    int tasks = procs * 60;
    List<Piece> pieces =
        List.of(
            new Piece(
                "ring of 100 000, a token, 3 rounds: ms", "ring 100000 3", NANOS, 1e6, BOTH, JDK),
            new Piece(
                "1 000 000 asleep for up to 2 s: ms",
                "sleepers 1000000 2000",
                NANOS,
                1e6,
                BOTH,
                JDK),
            new Piece(
                "10 on one monitor, 1 000 000 each: ms",
                "monitor 10 1000000",
                NANOS,
                1e6,
                BOTH,
                JDK),
            new Piece(
                "woken by a thread, idle: us", "wake 1000", List.of("p50", "p99"), 1e3, BOTH, JDK),
            new Piece(
                "woken by the network, idle: us",
                "wake-net 1000",
                List.of("p50", "p99"),
                1e3,
                BOTH,
                JDK),
            new Piece(
                "tasks of 20 ms, 1.2 times too many, 5 s: ended within 500 ms",
                "overload 20 " + tasks + " 5",
                List.of("inTime", "ended", "machines"),
                1,
                List.of(OURS, JDK, POOL),
                POOL));
    List<String> names =
        Stream.concat(pieces.stream().map(Piece::name), Stream.of(DEADLINES)).toList();
    for (String name : only.isEmpty() ? names : List.of(only.split(","))) {
      if (!names.contains(name)) {
        throw options.usage(
            "no piece of work '%s'; there are %s".formatted(name, String.join(", ", names)));
      }
    }
    options.print(options.heading());
    options.print(
        "procs %d, %d rounds; median of the rounds (range), ratios within the round%n%n"
            .formatted(procs, rounds));
    try (Worker ours = Worker.start(OURS, procs);
        Worker jdk = Worker.start(JDK, procs);
        Worker pool = Worker.start(POOL, procs)) {
      Map<String, Worker> workers = new LinkedHashMap<>();
      for (Worker w : List.of(ours, jdk, pool)) {
        workers.put(w.name(), w);
      }
      for (Piece piece : pieces) {
        if (wanted(piece.name())) {
          measure(piece, workers);
        }
      }
      idle(List.of(ours, jdk));
    }
    if (wanted(DEADLINES)) {
      deadlines();
    }
    return 0;
  }

  private boolean wanted(String piece) {
    return only.isEmpty() || List.of(only.split(",")).contains(piece);
  }

  /** What a deadline on each read costs, and whether it costs more among a million timers. */
  private void deadlines() throws IOException {
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    try (Worker few = Worker.start(OURS, procs);
        Worker many = Worker.start(OURS, procs)) {
      for (int round = -WARMUP; round < rounds; round++) {
        Map<String, Double> now = new LinkedHashMap<>();
        now.put("no deadlines", rate(few, 0, 0));
        now.put("one set before each read", rate(few, 0, 1));
        now.put("the same, 1 000 000 other timers", rate(many, 1_000_000, 1));
        if (round >= 0) {
          now.forEach((name, r) -> rates.computeIfAbsent(name, k -> new ArrayList<>()).add(r));
          options.progress("deadlines: round " + (round + 1) + "/" + rounds);
        }
      }
    }
    Table table = new Table("echoes/s in one process, 100 connections", "", "ratio");
    List<Double> base = rates.getOrDefault("no deadlines", List.of());
    rates.forEach(
        (name, all) -> {
          List<Double> ratios = new ArrayList<>();
          for (int i = 0; i < all.size(); i++) {
            ratios.add(all.get(i) / base.get(i));
          }
          table.row(
              name, Spread.of(all, r -> r).text("%,.0f"), Spread.of(ratios, r -> r).text("%.2f"));
        });
    options.print(table.text() + "\n");
  }

  private static double rate(Worker worker, int sleepers, int set) throws IOException {
    return value(worker.work("deadlines " + sleepers + " 100 2000 " + set), "rate");
  }

  private void measure(Piece piece, Map<String, Worker> workers) throws IOException {
    Map<String, List<Map<String, Long>>> all = new LinkedHashMap<>();
    List<String> order = new ArrayList<>(piece.who());
    order.forEach(name -> all.put(name, new ArrayList<>()));
    for (int round = -WARMUP; round < rounds; round++) {
      Collections.rotate(order, 1);
      for (String name : order) {
        Worker worker = workers.get(name);
        Map<String, Long> figures = worker == null ? Map.of() : worker.work(piece.line());
        if (round >= 0) {
          all.getOrDefault(name, new ArrayList<>()).add(figures);
        }
      }
      if (round >= 0) {
        options.progress(piece.line() + ": round " + (round + 1) + "/" + rounds);
      }
    }
    Table table = new Table(piece.what(), "", "to " + piece.baseline());
    List<Map<String, Long>> base = all.getOrDefault(piece.baseline(), List.of());
    for (String key : piece.keys()) {
      all.forEach(
          (name, figures) -> {
            List<Double> ratios = new ArrayList<>();
            for (int i = 0; i < figures.size(); i++) {
              ratios.add(value(figures.get(i), key) / value(base.get(i), key));
            }
            table.row(
                key.equals("nanos") ? name : name + ", " + key,
                Spread.of(figures, f -> value(f, key) / piece.scale()).text("%,.1f"),
                Spread.of(ratios, r -> r).text("%.2f"));
          });
    }
    options.print(table.text() + "\n");
  }

  private static double value(Map<String, Long> figures, String key) {
    return figures.getOrDefault(key, 0L);
  }

  /** Nothing to do: who uses how much of a CPU. */
  private void idle(List<Worker> workers) throws IOException {
    Table table = new Table("CPU while idle, after the work", "% of one CPU");
    for (Worker w : workers) {
      Tools.pause(2);
      ProcFs.Cpu before = ProcFs.cpu(w.pid());
      Tools.pause(10);
      table.row(
          w.name(), Table.number("%.2f", 100 * ProcFs.cpu(w.pid()).minus(before).both() / 10e9));
    }
    options.print(table.text());
  }
}
