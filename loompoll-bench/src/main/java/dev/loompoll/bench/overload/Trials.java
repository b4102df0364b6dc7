package dev.loompoll.bench.overload;

import dev.loompoll.bench.Contestant;
import dev.loompoll.bench.Cpus;
import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Launch;
import dev.loompoll.bench.Server;
import dev.loompoll.bench.overload.OverloadRun.Finding;
import dev.loompoll.bench.result.Spread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Clients that do not mean well, too few descriptors, and an end under load. */
public final class Trials {
  /**
   * Sizes and times.
   *
   * @param crowd how many: those that want in, or send slowly, or are there beside the flood
   * @param good connections that are measured, where there are others
   * @param perSecond requests of the good ones
   * @param millis of each part
   * @param settleMillis before each part is measured
   * @param rounds without and with, in turns
   */
  public record Size(
      int crowd, int good, double perSecond, long millis, long settleMillis, int rounds) {}

  private static final String MIB = "memory, MiB";
  private static final double MEBI = 1024 * 1024;
  private static final int END_SECONDS = 30;

  private final Size size;
  private final Cpus cpus;

  public Trials(Size size, boolean pinned) {
    this.size = size;
    this.cpus = Cpus.choose(pinned);
  }

  /** More clients than descriptors: who is served stays so, and the others cost little. */
  public Finding descriptors(Contestant contestant) throws IOException {
    Map<String, Double> figures = new LinkedHashMap<>();
    try (Server server = Server.start(contestant, new Launch(0), cpus.server());
        Generator generator = Generator.start(cpus.generator(), false);
        Watch watch = new Watch(server.pid())) {
      calm(server, generator);
      Offered crowded = Loads.offer(generator, server, crowdOnly("stayers"));
      Offered.Crowd crowd = crowd(crowded, "stayers");
      Watch.Seen seen = watch.between(begin(crowded), Long.MAX_VALUE);
      figures.put("clients", (double) crowd.count());
      figures.put("served at the end", (double) crowd.served());
      figures.put("lost after they were served", (double) crowd.lost());
      figures.put(
          "refused a second", crowd.refused() * 1e3 / (size.millis() + size.settleMillis()));
      figures.put("server CPU, % of one", 100 * seen.cpus());
      figures.put(MIB, seen.rssMax() / MEBI);
      figures.put("threads", (double) seen.threadsMax());
      long left = System.nanoTime();
      Offered after = Loads.offer(generator, server, words(0, "crowds=stayers:" + size.good()));
      Offered.Crowd again = crowd(after, "stayers");
      figures.put("new clients after the crowd has left", (double) again.count());
      figures.put("of them served", (double) again.served());
      figures.put("sent away meanwhile", (double) (again.refused() + again.lost()));
      figures.put(
          "ms until the last of them was served, from its first attempt",
          again.lastFirstAnswerNanos() / 1e6);
      figures.put("ms from the crowd's end to their beginning", (after.begin() - left) / 1e6);
      return new Finding("descriptors", contestant.name(), figures);
    }
  }

  /** Some good clients, without and with a crowd that sends a byte now and then. */
  public Finding loris(Contestant contestant) throws IOException {
    return beside("loris", contestant, "crowds=loris:" + size.crowd(), size.good());
  }

  /** Many good clients, without and with one that floods and one that reads nothing. */
  public Finding flood(Contestant contestant) throws IOException {
    return beside("flood", contestant, "crowds=flood:1,deaf:1", size.crowd() - 2);
  }

  private Finding beside(String name, Contestant contestant, String crowds, int good)
      throws IOException {
    Map<String, Double> figures = new LinkedHashMap<>();
    try (Server server = Server.start(contestant, new Launch(0), cpus.server());
        Generator generator = Generator.start(cpus.generator(), false);
        Watch watch = new Watch(server.pid())) {
      calm(server, generator);
      // Once, not measured: so that compiled code and a heap that was in use meet the crowds, too.
      var unused = Loads.offer(generator, server, words(good, crowds));
      List<Offered> quiet = new ArrayList<>();
      List<Offered> loud = new ArrayList<>();
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < size.rounds(); round++) {
        quiet.add(Loads.offer(generator, server, words(good, "crowds=")));
        loud.add(Loads.offer(generator, server, words(good, crowds)));
        ratios.add(
            (double) measured(loud.getLast()).latency().p99()
                / measured(quiet.getLast()).latency().p99());
      }
      Watch.Seen seen = watch.between(begin(loud.getLast()), Long.MAX_VALUE);
      Spread ratio = Spread.of(ratios);
      figures.put("good clients", (double) good);
      figures.put("p99 without, ms", median(quiet, p -> p.latency().p99() / 1e6));
      figures.put("p99 with, ms", median(loud, p -> p.latency().p99() / 1e6));
      figures.put("ratio within the round", ratio.median());
      figures.put("least ratio", ratio.min());
      figures.put("largest ratio", ratio.max());
      figures.put("max without, ms", median(quiet, p -> p.latency().max() / 1e6));
      figures.put("max with, ms", median(loud, p -> p.latency().max() / 1e6));
      figures.put("good requests with", sum(loud, p -> measured(p).due()));
      figures.put("of them served", sum(loud, p -> measured(p).served()));
      figures.put("good connections ended", sum(loud, o -> o.ends() + o.resets()));
      figures.put("generator late without, p99 ms", median(quiet, p -> p.lag().p99() / 1e6));
      figures.put("generator late with, p99 ms", median(loud, p -> p.lag().p99() / 1e6));
      figures.put(MIB, seen.rssMax() / MEBI);
      figures.put("threads", (double) seen.threadsMax());
      figures.put("server CPU, % of one", 100 * seen.cpus());
      loud.getLast()
          .crowds()
          .forEach(
              (kind, crowd) -> {
                figures.put(kind + ": clients", (double) crowd.count());
                figures.put(kind + ": attempts", (double) crowd.attempts());
                figures.put(kind + ": connected at the end", (double) crowd.connected());
                figures.put(
                    kind + ": MiB/s",
                    crowd.bytes() / MEBI * 1e3 / (size.millis() + size.settleMillis()));
              });
      return new Finding(name, contestant.name(), figures);
    }
  }

  /** SIGTERM at full rate, and then twice while a request takes for ever. */
  public Finding drain(Contestant contestant, Handling handling) throws IOException {
    Map<String, Double> figures = new LinkedHashMap<>();
    try (Generator generator = Generator.start(cpus.generator(), false)) {
      try (Server server = Server.start(contestant, new Launch(0), cpus.server(), false)) {
        double capacity =
            Loads.saturate(generator, server, 4, handling.work(), size.millis()).perSecond();
        Map<String, Long> before = server.stats();
        Offered offered = underTerm(server, generator, capacity, handling);
        Map<String, Long> last = server.lastStats(END_SECONDS);
        Offered.Phase all = offered.phases().getFirst();
        double read = count(last, "decoded") - count(before, "decoded");
        double answers = all.served() + all.refused();
        figures.put("requests a second", capacity);
        figures.put("requests sent", (double) all.sent());
        figures.put("read by the server", read);
        figures.put("answered by the server", count(last, "encoded") - count(before, "encoded"));
        figures.put("answers at the clients", answers);
        figures.put("read and lost", read - answers);
        figures.put("connections reset", (double) offered.resets());
        figures.put("connections ended in order", (double) offered.ends());
        figures.put("graceful", count(last, "graceful"));
        figures.put("forced", count(last, "forced"));
        figures.put("drain, ms", count(last, "drainMillis"));
      }
      try (Server server = Server.start(contestant, new Launch(0), cpus.server(), false)) {
        hurried(server, generator, figures);
      }
    }
    return new Finding("drain", contestant.name(), figures);
  }

  private Offered underTerm(Server server, Generator generator, double capacity, Handling handling)
      throws IOException {
    CompletableFuture<Void> term =
        CompletableFuture.runAsync(
            server::terminate,
            CompletableFuture.delayedExecutor(size.millis(), TimeUnit.MILLISECONDS));
    Offered offered =
        Loads.offer(
            generator,
            server,
            List.of(
                "connections=" + size.good(),
                "work=" + handling.work(),
                "reconnect=false",
                String.format(Locale.ROOT, "phases=%.3f:%d", capacity, 4 * size.millis())));
    term.join();
    return offered;
  }

  /** A request that takes 15 s, a signal, and another. */
  private void hurried(Server server, Generator generator, Map<String, Double> figures)
      throws IOException {
    int asleep = 15_000_000 | Protocol.SLEEP;
    CompletableFuture<Offered> load =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Loads.offer(
                    generator,
                    server,
                    List.of(
                        "connections=1", "work=" + asleep, "reconnect=false", "phases=20:20000"));
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            });
    while (server.stats().getOrDefault("inFlight", 0L) == 0 && !load.isDone()) {
      Thread.onSpinWait();
    }
    server.terminate();
    figures.put("ended by one signal within 1 s", server.awaitEnd(1) ? 1.0 : 0.0);
    long second = System.nanoTime();
    server.terminate();
    boolean ended = server.awaitEnd(END_SECONDS);
    figures.put(
        "ms from the second signal to the end", ended ? (System.nanoTime() - second) / 1e6 : -1);
    load.join();
  }

  private static double count(Map<String, Long> counts, String key) {
    return counts.getOrDefault(key, 0L);
  }

  /** So that compiled code meets what comes. */
  private void calm(Server server, Generator generator) throws IOException {
    for (int i = 0; i < 3; i++) {
      var unused = Loads.saturate(generator, server, 4, 0, Math.min(1000, size.millis()));
    }
  }

  private List<String> crowdOnly(String kind) {
    return words(0, "crowds=" + kind + ":" + size.crowd());
  }

  /** Settle, then measure. */
  private List<String> words(int connections, String crowds) {
    double rate = connections == 0 ? 0 : size.perSecond();
    return List.of(
        "connections=" + connections,
        crowds,
        String.format(
            Locale.ROOT, "phases=%.3f:%d,%.3f:%d", rate, size.settleMillis(), rate, size.millis()));
  }

  /** The phase after things have settled. */
  private static Offered.Phase measured(Offered offered) {
    return offered.phases().get(1);
  }

  private static double median(List<Offered> all, ToDoubleFunction<Offered.Phase> value) {
    return Spread.of(all, o -> value.applyAsDouble(measured(o))).median();
  }

  private static double sum(List<Offered> all, ToDoubleFunction<Offered> value) {
    return all.stream().mapToDouble(value).sum();
  }

  private long begin(Offered offered) {
    return offered.begin() + size.settleMillis() * 1_000_000;
  }

  private static Offered.Crowd crowd(Offered offered, String kind) throws IOException {
    Offered.Crowd crowd = offered.crowds().get(kind);
    if (crowd == null) {
      throw new IOException("the load generator tells nothing of " + kind);
    }
    return crowd;
  }
}
