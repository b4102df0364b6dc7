package dev.loompoll.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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
  private final List<Server> servers = new ArrayList<>();
  private final Map<String, List<Measured>> results = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();
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
    for (Contestant c : plan.contestants()) {
      try {
        servers.add(Server.start(c, launch, cpus.server()));
      } catch (IOException e) {
        leaveOut(c.name(), "cannot start: " + e.getMessage());
      }
    }
    generator = Generator.start(cpus.generator(), plan.generatorFirst());
    int connections = plan.flooders() + plan.connections();
    everyServer(s -> generator.open(s.name(), s.host(), s.port(), connections, plan.size()));
  }

  /** Warms up, then runs the rounds. */
  void run() throws IOException {
    warmUp();
    neighbours = plan.neighbours() ? Neighbours.start() : null;
    for (Server s : servers) {
      results.put(s.name(), new ArrayList<>());
    }
    for (int round = 0; round < plan.rounds(); round++) {
      // another one goes first each time, so that nobody always follows the same neighbour
      Collections.rotate(servers, -1);
      StringBuilder line = new StringBuilder("round " + (round + 1) + "/" + plan.rounds());
      everyServer(
          s -> {
            Measured m = measure(s);
            results.getOrDefault(s.name(), new ArrayList<>()).add(m);
            line.append("  %s %,.0f".formatted(s.name(), m.sample().rate()));
          });
      progress.accept(line.toString());
    }
    if (Perf.works()) {
      everyServer(s -> instructions.put(s.name(), countInstructions(s)));
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

  /**
   * In turns too, until no contestant gets faster: the last three slices are no better than what
   * went before, or worse than it by the machine's whim.
   */
  private void warmUp() throws IOException {
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    long most = Math.max(1, plan.warmup().dividedBy(plan.slice()));
    List<Server> warm = new ArrayList<>();
    for (int turn = 0; turn < most && warm.size() < servers.size(); turn++) {
      everyServer(
          s -> {
            if (!warm.contains(s)) {
              List<Double> seen = rates.computeIfAbsent(s.name(), k -> new ArrayList<>());
              seen.add(measure(s).sample().rate());
              if (flat(seen)) {
                warm.add(s);
              }
            }
          });
      warm.retainAll(servers);
    }
    for (Server s : servers) {
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

  private static boolean flat(List<Double> rates) {
    int n = rates.size();
    if (n < 6) {
      return false;
    }
    double before = Collections.max(rates.subList(0, n - 3));
    return Collections.max(rates.subList(n - 3, n)) < before * 1.03;
  }

  @FunctionalInterface
  private interface Step {
    void on(Server server) throws IOException;
  }

  /** One after the other; who fails is shown and leaves. */
  private void everyServer(Step step) throws IOException {
    for (Server s : List.copyOf(servers)) {
      try {
        step.on(s);
      } catch (IOException e) {
        if (!generator.alive()) {
          throw e; // that is not the contestant's fault
        }
        leaveOut(
            s.name(),
            "failed: %s%s; it said:%n%s"
                .formatted(
                    e.getMessage(), s.alive() ? "" : " (it has ended)", s.output().indent(4)));
        servers.remove(s);
        s.close();
      }
    }
  }

  private void leaveOut(String name, String why) {
    leftOut.put(name, why);
    results.remove(name);
    progress.accept(name + " is left out: " + why);
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
      if (r != null) {
        ordered.put(c.name(), r);
      }
    }
    return ordered;
  }

  Map<String, String> leftOut() {
    return leftOut;
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
    servers.forEach(Server::close);
  }
}
