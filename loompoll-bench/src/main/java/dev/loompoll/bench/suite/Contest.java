package dev.loompoll.bench.suite;

import dev.loompoll.bench.Cpus;
import dev.loompoll.bench.Field;
import dev.loompoll.bench.Flat;
import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Perf;
import dev.loompoll.bench.ProcFs;
import dev.loompoll.bench.Sample;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Turn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One workload, all contestants up at once and taking turns in short slices: what a shared machine
 * does in one second tells little about the next, so ratios come from within a round.
 */
final class Contest implements Measuring {
  /** Shares of the time that a chapter takes, for the progress. */
  private static final double STARTED = 0.1;

  private static final double WARM = 0.5;

  private final Contested workload;
  private final long millis;
  private final Plan plan;
  private final Progress progress;
  private final Cpus cpus;
  private final Field field;
  private final Generators generators;
  private final Remarks remarks;

  /** By contestant, in the order asked for; guarded by this, as it is read when interrupted. */
  private final Map<String, List<Turn>> turns = new LinkedHashMap<>();

  Contest(Contested workload, Plan plan, Progress progress) throws IOException {
    this.workload = workload;
    this.millis = workload.sliceMillis(plan);
    this.plan = plan;
    this.progress = progress;
    this.cpus = Cpus.choose(workload.pinned(plan));
    this.remarks = new Remarks(workload);
    for (String name : plan.names()) {
      turns.put(name, new ArrayList<>());
    }
    progress.at(0, "starting");
    field = Field.start(plan.contestants(), workload.launch(plan), cpus.server(), progress::note);
    generators = new Generators(cpus.generator(), workload.hogs().any());
  }

  @Override
  public void run() throws IOException {
    field.each(s -> workload.open(generators.with(s, workload.connections), s));
    progress.at(STARTED, "warming up");
    String note = workload.prepare(warmUp());
    if (note != null) {
      remarks.add(note);
    }
    for (int i = 0; i < workload.moreWarmUp(); i++) {
      field.each(s -> all(workload.slice(generators.of(s), s, millis)));
    }
    for (int round = 0; round < plan.rounds(); round++) {
      field.rotate();
      Map<String, Turn> done = new HashMap<>();
      StringBuilder line = new StringBuilder("round " + (round + 1) + "/" + plan.rounds());
      field.each(
          s -> {
            Turn turn = turn(s);
            done.put(s.name(), turn);
            double value = turn.figures().getOrDefault(workload.main().key(), 0.0);
            line.append(Progress.figure(s.name(), workload, value));
          });
      synchronized (this) {
        done.forEach((name, turn) -> turns.getOrDefault(name, List.of()).add(turn));
      }
      progress.at(WARM + (1 - WARM) * (round + 1) / (plan.rounds() + 1), line.toString());
    }
    if (Perf.works()) {
      field.each(this::countInstructions);
    } else {
      remarks.add("instructions are not counted: " + Perf.whyNot());
    }
  }

  /**
   * In turns too, until no contestant gets faster.
   *
   * @return the rate of each at the end
   */
  private Map<String, Double> warmUp() throws IOException {
    Map<String, List<Double>> rates = new TreeMap<>();
    long most = Math.max(1, plan.warmup().dividedBy(plan.slice()));
    List<Server> warm = new ArrayList<>();
    for (int turn = 0; turn < most && warm.size() < field.up().size(); turn++) {
      field.each(
          s -> {
            if (!warm.contains(s)) {
              List<Double> seen = rates.computeIfAbsent(s.name(), k -> new ArrayList<>());
              Sample sample = workload.warmUp(generators.of(s), s, plan.sliceMillis());
              all(sample);
              seen.add(sample.rate());
              if (Flat.is(seen)) {
                warm.add(s);
              }
            }
          });
      warm.retainAll(field.up());
      progress.at(STARTED + (WARM - STARTED) * (turn + 1) / most, "warming up");
    }
    Map<String, Double> peaks = new LinkedHashMap<>();
    for (Server s : field.up()) {
      List<Double> seen = rates.getOrDefault(s.name(), List.of(0.0));
      List<Double> last = seen.subList(Math.max(0, seen.size() - 3), seen.size());
      peaks.put(s.name(), last.stream().sorted().toList().get(last.size() / 2));
      if (!warm.contains(s)) {
        remarks.notWarm(s.name(), seen.size());
      }
    }
    return peaks;
  }

  private Turn turn(Server s) throws IOException {
    Generator generator = generators.of(s);
    boolean hogs = workload.hogs().any();
    long start = System.nanoTime();
    ProcFs.Machine machine = ProcFs.machine();
    ProcFs.Cpu server = ProcFs.cpu(s.pid());
    ProcFs.Cpu client = ProcFs.cpu(generator.pid());
    if (hogs) {
      s.burn();
    }
    Sample sample;
    try {
      sample = workload.slice(generator, s, millis);
    } finally {
      if (hogs) {
        var unused = s.rest();
      }
    }
    ProcFs.Cpu used = ProcFs.cpu(s.pid()).minus(server);
    ProcFs.Cpu generated = ProcFs.cpu(generator.pid()).minus(client);
    long others =
        ProcFs.machine().busyNanos() - machine.busyNanos() - used.both() - generated.both();
    long wall = System.nanoTime() - start;
    if (hogs) {
      remarks.missing(s.name(), sample.missing());
    } else {
      all(sample);
    }
    Map<String, Double> figures = Turns.figures(sample, !hogs);
    figures.put(Figure.BUSY.key(), (double) used.both() / wall);
    figures.put(Figure.OTHERS.key(), Math.max(0, (double) others / wall));
    if (!hogs && sample.work() > 0) { // else it is the hogs' time
      figures.put(Figure.USER_NANOS.key(), (double) used.user() / sample.work());
      figures.put(Figure.KERNEL_NANOS.key(), (double) used.kernel() / sample.work());
    }
    return new Turn(figures, sample.curve());
  }

  /** Whoever loses replies has lost. */
  private static void all(Sample sample) throws IOException {
    if (sample.missing() > 0) {
      throw new IOException(
          "%,d of its replies did not come for seconds".formatted(sample.missing()));
    }
    if (sample.work() == 0) {
      throw new IOException("no reply came");
    }
  }

  /** In a slice of its own, since counting costs a little; goes with the last round. */
  private void countInstructions(Server s) throws IOException {
    if (workload.hogs().any()) {
      return; // they would be the hogs'
    }
    Perf.Instructions counted;
    try (Perf perf = Perf.attach(s.pid())) {
      Sample sample = workload.slice(generators.of(s), s, millis);
      counted = perf.finish(sample.work());
    }
    synchronized (this) {
      List<Turn> mine = turns.getOrDefault(s.name(), List.of());
      if (!mine.isEmpty()) {
        Turn last = mine.removeLast();
        Map<String, Double> figures = new LinkedHashMap<>(last.figures());
        figures.put(Figure.USER_INSTRUCTIONS.key(), counted.user());
        figures.put(Figure.KERNEL_INSTRUCTIONS.key(), counted.kernel());
        mine.add(new Turn(figures, last.curve()));
      }
    }
  }

  @Override
  public synchronized Chapter chapter() {
    Map<String, String> leftOut = field.leftOut();
    Map<String, List<Turn>> kept = new LinkedHashMap<>();
    turns.forEach(
        (name, all) -> {
          if (!leftOut.containsKey(name) && !all.isEmpty()) {
            kept.put(name, List.copyOf(all));
          }
        });
    String baseline = Turns.baseline(plan.baseline(), kept, workload.main());
    return new Chapter(
        workload.id(),
        workload.kind(),
        workload.title(),
        workload.unit(),
        workload.main().key(),
        Placement.of(workload, plan, cpus),
        baseline,
        kept,
        leftOut,
        remarks.of(kept, baseline));
  }

  @Override
  public void close() {
    generators.close();
    field.close();
  }
}
