package dev.loompoll.bench.overload;

import dev.loompoll.bench.Contestant;
import dev.loompoll.bench.Cpus;
import dev.loompoll.bench.Flat;
import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Launch;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.overload.OverloadRun.Step;
import dev.loompoll.bench.result.Spread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The capacity of a server, and what it makes of multiples of it. Each step has a process of its
 * own: what an earlier one has left behind, where a server has no limits, would be the next one's
 * load.
 */
public final class Steps {
  /**
   * What is to be done.
   *
   * @param connections over which requests are spread; 0 is one connection a request
   * @param factors times the capacity
   * @param around how long half of the capacity is offered before a step, and after it
   * @param slice of what is measured in a closed loop
   * @param warmup in a closed loop, at most
   */
  public record Plan(
      Handling handling,
      int connections,
      List<Double> factors,
      Duration step,
      Duration around,
      Duration grace,
      Duration slice,
      Duration warmup,
      boolean pinned) {

    String pattern() {
      return connections == 0 ? "once" : "persistent";
    }
  }

  private static final int SLICES = 5;

  /** In a closed loop: two keep a processor busy, since one is always there. */
  private static final int FIRST_CONNECTIONS = 2;

  private static final int MOST_CONNECTIONS = 1024;

  /** Enough to be refused, and few enough for a server without limits to be done with soon. */
  private static final int CROWD = 256;

  /** Twice the connections, and no better than this: that was all. */
  private static final double BETTER = 1.03;

  /** What is a state, and no count. */
  private static final Set<String> STATES = Set.of("open", "inFlight", "queued", "limit");

  private final Plan plan;
  private final Cpus cpus;
  private final Consumer<String> progress;

  public Steps(Plan plan, Consumer<String> progress) {
    this.plan = plan;
    this.cpus = Cpus.choose(plan.pinned());
    this.progress = progress;
  }

  /** Where who runs. */
  public String placement() {
    return cpus.pinned()
        ? "server on CPU %d, load generator on CPU %d".formatted(cpus.server(), cpus.generator())
        : "nobody is bound to a CPU";
  }

  /** All factors of one contestant; those before a failure are in {@code to}. */
  public void run(Contestant contestant, List<Step> to) throws IOException {
    try (Generator generator = Generator.start(cpus.generator(), false)) {
      for (double factor : plan.factors()) {
        try (Server server = Server.start(contestant, new Launch(0), cpus.server())) {
          Step step = step(server, generator, factor);
          to.add(step);
          progress.accept(line(step));
        }
      }
    }
  }

  private Step step(Server server, Generator generator, double factor) throws IOException {
    warmUp(server, generator);
    double capacity = capacity(server, generator);
    if (capacity <= 0) {
      throw new IOException("it serves nothing");
    }
    Map<String, Long> before = server.stats();
    long around = plan.around().toMillis();
    long millis = plan.step().toMillis();
    double half = capacity / 2;
    List<String> words =
        List.of(
            "connections=" + plan.connections(),
            "work=" + plan.handling().work(),
            "grace=" + plan.grace().toMillis(),
            String.format(
                Locale.ROOT,
                "phases=%.3f:%d,%.3f:%d,%.3f:%d",
                half,
                around,
                factor * capacity,
                millis,
                half,
                around));
    try (Watch watch = new Watch(server.pid())) {
      Offered offered = Loads.offer(generator, server, words);
      long from = offered.begin() + around * 1_000_000;
      Watch.Seen seen = watch.between(from, from + millis * 1_000_000);
      int afterwards = (int) Math.ceilDiv(around + millis, offered.windowMillis());
      long back =
          Recovery.millis(
              offered.windows(),
              afterwards,
              offered.windowMillis(),
              offered.phases().getFirst().latency().p99());
      return new Step(
          server.name(),
          plan.pattern(),
          plan.handling().text(),
          factor,
          capacity,
          offered,
          seen.rssMax(),
          seen.threadsMax(),
          seen.cpus(),
          back,
          counted(before, server.stats()));
    }
  }

  /**
   * Until it gets no faster; then a crowd for as long as that may take, so that refusals are warm,
   * too: what was compiled for a server that serves all is compiled anew when it begins to refuse.
   */
  private void warmUp(Server server, Generator generator) throws IOException {
    List<Double> rates = new ArrayList<>();
    long slice = plan.slice().toMillis();
    for (long left = plan.warmup().toMillis(); left > 0 && !Flat.is(rates); left -= slice) {
      rates.add(saturate(server, generator, 2 * FIRST_CONNECTIONS));
    }
    int many = plan.connections() == 0 ? CROWD : Math.min(plan.connections(), CROWD);
    long left = plan.warmup().toMillis();
    do {
      double unused = saturate(server, generator, many);
      left -= slice;
    } while (left > 0);
  }

  private double saturate(Server server, Generator generator, int connections) throws IOException {
    return Loads.saturate(
            generator, server, connections, plan.handling().work(), plan.slice().toMillis())
        .perSecond();
  }

  /** The median of some slices, with as many connections as are good for it. */
  private double capacity(Server server, Generator generator) throws IOException {
    double best = 0;
    for (int n = FIRST_CONNECTIONS; n <= MOST_CONNECTIONS; n *= 2) {
      List<Double> rates = new ArrayList<>();
      for (int i = 0; i < SLICES; i++) {
        rates.add(saturate(server, generator, n));
      }
      double rate = Spread.of(rates).median();
      if (rate < best * BETTER) {
        return Math.max(rate, best);
      }
      best = rate;
    }
    return best;
  }

  private static Map<String, Long> counted(Map<String, Long> before, Map<String, Long> after) {
    Map<String, Long> counted = new LinkedHashMap<>();
    after.forEach(
        (key, value) ->
            counted.put(key, STATES.contains(key) ? value : value - before.getOrDefault(key, 0L)));
    return counted;
  }

  private static String line(Step s) {
    Offered.Phase p = s.step();
    return String.format(
        Locale.ROOT,
        "%s %.1fx: capacity %.0f/s, goodput %.2f of it, p99 %.1f ms, refusals' p99 %.1f ms, back"
            + " after %s; generator late by %.1f ms (p99)",
        s.contestant(),
        s.factor(),
        s.capacity(),
        p.goodput() / s.capacity(),
        p.latency().p99() / 1e6,
        p.refusal().p99() / 1e6,
        s.backMillis() < 0 ? "never" : s.backMillis() + " ms",
        p.lag().p99() / 1e6);
  }
}
