package dev.loompoll.bench.suite;

import dev.loompoll.bench.Contestant;
import dev.loompoll.bench.Cpus;
import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Launch;
import dev.loompoll.bench.ProcFs;
import dev.loompoll.bench.Sample;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.Tools;
import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Turn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One server after another, for memory does not depend on what the machine does meanwhile: growth
 * from a warm server without connections to one whose connections have all had one echo, both after
 * a full collection.
 */
final class IdleMeasuring implements Measuring {
  private static final int WARM_CONNECTIONS = 200;
  private static final int SIZE = 64;

  /** What is given back after a collection is given back a little later. */
  private static final int SETTLE_SECONDS = 1;

  private static final long LONGEST_MILLIS = 60_000;

  private static final String WHAT =
      "growth of the resident set, and of what lives in the heap, after an echo on each connection"
          + " and a full collection; the kernel's socket buffers are not in it";

  private final IdleMemory workload;
  private final Plan plan;
  private final Progress progress;

  // guarded by this, as they are read when interrupted
  private final Map<String, List<Turn>> turns = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  IdleMeasuring(IdleMemory workload, Plan plan, Progress progress) {
    this.workload = workload;
    this.plan = plan;
    this.progress = progress;
    for (String name : plan.names()) {
      turns.put(name, new ArrayList<>());
    }
  }

  @Override
  public void run() {
    double all = (double) plan.idleRounds() * plan.contestants().size();
    double done = 0;
    for (int round = 0; round < plan.idleRounds(); round++) {
      for (Contestant c : plan.contestants()) {
        progress.at(done++ / all, "");
        if (chapterHasLeft(c.name())) {
          continue;
        }
        try {
          Turn turn = measure(c);
          synchronized (this) {
            turns.getOrDefault(c.name(), List.of()).add(turn);
          }
          progress.at(
              done / all,
              "round "
                  + (round + 1)
                  + "/"
                  + plan.idleRounds()
                  + Progress.figure(
                      c.name(), workload, turn.figures().getOrDefault(workload.main().key(), 0.0)));
        } catch (IOException e) {
          leave(c.name(), e);
        }
      }
    }
  }

  private synchronized boolean chapterHasLeft(String name) {
    return leftOut.containsKey(name);
  }

  private void leave(String name, IOException e) {
    synchronized (this) {
      leftOut.put(name, "failed: " + e.getMessage());
    }
    progress.note(name + " is left out: " + e.getMessage());
  }

  private Turn measure(Contestant c) throws IOException {
    Cpus cpus = Cpus.choose(plan.pinned());
    try (Server server = Server.start(c, new Launch(plan.procs()).withSmallHeap(), cpus.server());
        Generator generator = Generator.start(cpus.generator(), false)) {
      // what is loaded and compiled once is no cost of a connection
      generator.open("warm", server.host(), server.port(), WARM_CONNECTIONS, SIZE);
      var unused = generator.pingPong("warm", 3 * plan.sliceMillis(), LONGEST_MILLIS);
      generator.closeConnections("warm");
      OptionalLong heapBefore = collect(server);
      long before = resident(server);
      generator.open(c.name(), server.host(), server.port(), plan.idleConnections(), SIZE);
      Sample echo = generator.echoes(c.name(), 1, LONGEST_MILLIS);
      if (echo.units() != plan.idleConnections()) {
        throw new IOException("only " + echo.units() + " connections answered");
      }
      OptionalLong heap = collect(server);
      long after = resident(server);
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put(Figure.RESIDENT_BYTES.key(), each(after - before));
      if (heap.isPresent() && heapBefore.isPresent()) {
        figures.put(Figure.HEAP_BYTES.key(), each(heap.getAsLong() - heapBefore.getAsLong()));
      }
      return new Turn(figures, List.of());
    }
  }

  private static OptionalLong collect(Server server) throws IOException {
    var unused = server.collect(); // clears references, whose objects the next one frees
    OptionalLong heap = server.collect();
    Tools.pause(SETTLE_SECONDS);
    return heap;
  }

  private static long resident(Server server) throws IOException {
    return ProcFs.status(server.pid(), "VmRSS") * 1024;
  }

  private double each(long bytes) {
    return (double) bytes / plan.idleConnections();
  }

  @Override
  public synchronized Chapter chapter() {
    Map<String, List<Turn>> kept = new LinkedHashMap<>();
    turns.forEach(
        (name, all) -> {
          if (!leftOut.containsKey(name) && !all.isEmpty()) {
            kept.put(name, List.copyOf(all));
          }
        });
    return new Chapter(
        workload.id(),
        workload.kind(),
        workload.title(),
        workload.unit(),
        workload.main().key(),
        "%,d connections, one server after another, %d times"
            .formatted(plan.idleConnections(), plan.idleRounds()),
        Turns.baseline(plan.baseline(), kept, workload.main()),
        kept,
        new LinkedHashMap<>(leftOut),
        List.of(WHAT));
  }

  /** Each server is closed when it is measured. */
  @Override
  public void close() {}
}
