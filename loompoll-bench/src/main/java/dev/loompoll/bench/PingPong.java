package dev.loompoll.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Contestants side by side: all are up at once and take turns in short slices, because what a
 * shared machine does in one second tells little about the next. Ratios come from within a round.
 */
final class PingPong implements AutoCloseable {

  /**
   * What is asked for.
   *
   * @param warmup the longest time that a contestant is warmed up
   * @param think pause of a connection between a reply and its next message
   * @param flooders connections beside the others that send without waiting for replies
   * @param sleeping whether the load generator sleeps while there is nothing to do
   * @param hogs what stands in the way of the echoes during a server's turn
   * @param neighbours whether there is another busy process on each processor
   * @param safepoints whether JVMs say how long it takes to reach safepoints
   * @param procs processors for each contestant; 0 is its own default
   */
  record Plan(
      List<Contestant> contestants,
      int connections,
      int size,
      int rounds,
      Duration slice,
      Duration warmup,
      Duration think,
      int flooders,
      boolean sleeping,
      Hogs hogs,
      boolean neighbours,
      boolean safepoints,
      boolean pinned,
      int procs) {

    /** Whether the load generator has to be put before everybody else. */
    boolean generatorFirst() {
      return hogs.any() || neighbours;
    }
  }

  /**
   * One slice of one contestant.
   *
   * @param cpu what the server's process used
   * @param othersNanos what neither server nor load generator used
   * @param stolenNanos what the host gave to other machines
   * @param turn what the server says of it
   * @param safepoints how long it took to reach each, in nanoseconds
   */
  record Measured(
      Sample sample,
      ProcFs.Cpu cpu,
      long wallNanos,
      long othersNanos,
      long stolenNanos,
      Map<String, Long> turn,
      List<Long> safepoints) {
    double userNanos() {
      return perEcho(cpu.user());
    }

    double kernelNanos() {
      return perEcho(cpu.kernel());
    }

    double cpuNanos() {
      return perEcho(cpu.both());
    }

    /** Processors that the server kept busy. */
    double busy() {
      return (double) cpu.both() / wallNanos;
    }

    /** Processors that somebody else kept busy: above a few hundredths the figures are noise. */
    double others() {
      return Math.max(0, (double) othersNanos / wallNanos);
    }

    double stolen() {
      return (double) stolenNanos / wallNanos;
    }

    private double perEcho(long nanos) {
      return sample.work() == 0 ? 0 : (double) nanos / sample.work();
    }
  }

  private final Plan plan;
  private final Cpus cpus;
  private final Consumer<String> progress;
  private final Field field;
  private final Map<String, List<Measured>> results = new LinkedHashMap<>();
  private final Map<String, Integer> warmupSlices = new LinkedHashMap<>();
  private final Map<String, Perf.Instructions> instructions = new LinkedHashMap<>();
  private final Generator generator;
  private @Nullable Neighbours neighbours;

  /** Starts everything; contestants that do not come up are told and left out. */
  PingPong(Plan plan, Consumer<String> progress) throws IOException {
    this.plan = plan;
    this.progress = progress;
    this.cpus = Cpus.choose(plan.pinned());
    Launch launch =
        new Launch(plan.procs()).withHogs(plan.hogs()).withSafepoints(plan.safepoints());
    field = Field.start(plan.contestants(), launch, cpus.server(), progress);
    generator = Generator.start(cpus.generator(), plan.generatorFirst());
    int connections = plan.flooders() + plan.connections();
    field.each(s -> generator.open(s.name(), s.host(), s.port(), connections, plan.size()));
  }

  /** Warms up, then runs the rounds. */
  void run() throws IOException {
    warmUp();
    neighbours = plan.neighbours() ? Neighbours.start() : null;
    for (Server s : field.up()) {
      results.put(s.name(), new ArrayList<>());
    }
    for (int round = 0; round < plan.rounds(); round++) {
      field.rotate();
      StringBuilder line = new StringBuilder("round " + (round + 1) + "/" + plan.rounds());
      field.each(
          s -> {
            Measured m = measure(s);
            results.getOrDefault(s.name(), new ArrayList<>()).add(m);
            line.append("  %s %,.0f".formatted(s.name(), m.sample().rate()));
          });
      progress.accept(line.toString());
    }
    if (Perf.works()) {
      field.each(s -> instructions.put(s.name(), countInstructions(s)));
    }
  }

  private Measured measure(Server s) throws IOException {
    long start = System.nanoTime();
    ProcFs.Machine machine = ProcFs.machine();
    ProcFs.Cpu server = ProcFs.cpu(s.pid());
    ProcFs.Cpu client = ProcFs.cpu(generator.pid());
    var unused = s.safepoints(); // of others' turns
    if (plan.hogs().any()) {
      s.burn();
    }
    Sample sample = slice(s);
    Map<String, Long> turn = plan.hogs().any() ? s.rest() : Map.of();
    ProcFs.Cpu used = ProcFs.cpu(s.pid()).minus(server);
    ProcFs.Cpu generated = ProcFs.cpu(generator.pid()).minus(client);
    ProcFs.Machine after = ProcFs.machine();
    return new Measured(
        sample,
        used,
        System.nanoTime() - start,
        after.busyNanos() - machine.busyNanos() - used.both() - generated.both(),
        after.stolenNanos() - machine.stolenNanos(),
        turn,
        s.safepoints());
  }

  private Sample slice(Server s) throws IOException {
    return generator.pingPong(
        s.name(),
        plan.slice().toMillis(),
        plan.think().toNanos() / 1000,
        plan.flooders(),
        plan.sleeping());
  }

  private Perf.Instructions countInstructions(Server s) throws IOException {
    try (Perf perf = Perf.attach(s.pid())) {
      return perf.finish(slice(s).work());
    }
  }

  /** In turns too, until no contestant gets faster. */
  private void warmUp() throws IOException {
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    long most = Math.max(1, plan.warmup().dividedBy(plan.slice()));
    List<Server> warm = new ArrayList<>();
    for (int turn = 0; turn < most && warm.size() < field.up().size(); turn++) {
      field.each(
          s -> {
            if (!warm.contains(s)) {
              List<Double> seen = rates.computeIfAbsent(s.name(), k -> new ArrayList<>());
              seen.add(measure(s).sample().rate());
              if (Flat.is(seen)) {
                warm.add(s);
              }
            }
          });
      warm.retainAll(field.up());
    }
    for (Server s : field.up()) {
      int slices = rates.getOrDefault(s.name(), List.of()).size();
      warmupSlices.put(s.name(), slices);
      progress.accept(
          "warm-up of %s: %d slices%s"
              .formatted(
                  s.name(),
                  slices,
                  warm.contains(s) ? "" : ": that was all the time, its rate still rose"));
    }
  }

  Plan plan() {
    return plan;
  }

  Cpus cpus() {
    return cpus;
  }

  /** By contestant, in the order asked for, one a round. */
  Map<String, List<Measured>> results() {
    Map<String, List<Measured>> ordered = new LinkedHashMap<>();
    for (Contestant c : plan.contestants()) {
      List<Measured> r = results.get(c.name());
      if (r != null && !leftOut().containsKey(c.name())) {
        ordered.put(c.name(), r);
      }
    }
    return ordered;
  }

  Map<String, String> leftOut() {
    return field.leftOut();
  }

  Map<String, Integer> warmupSlices() {
    return warmupSlices;
  }

  /** Empty where perf cannot count. */
  Map<String, Perf.Instructions> instructions() {
    return instructions;
  }

  @Override
  public void close() {
    if (neighbours != null) {
      neighbours.close();
    }
    generator.close();
    field.close();
  }
}
