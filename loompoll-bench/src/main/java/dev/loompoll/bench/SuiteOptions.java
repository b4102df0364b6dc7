package dev.loompoll.bench;

import dev.loompoll.bench.suite.Plan;
import dev.loompoll.bench.suite.Workload;
import dev.loompoll.bench.suite.Workloads;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be said of the whole suite. */
final class SuiteOptions {
  private static final String DIRECTORY = "bench-results";
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private static final int IDLE_CONNECTIONS = 15_000;
  private static final int QUICK_IDLE_CONNECTIONS = 5_000;
  private static final int IDLE_ROUNDS = 3;

  @Option(
      names = "--workloads",
      paramLabel = "NAME[,NAME...]",
      completionCandidates = Names.class,
      description = "kinds or single ones, all without it: ${COMPLETION-CANDIDATES}")
  private @Nullable String workloads;

  @Option(
      names = "--quick",
      description =
          "under 3 minutes, for a first look and not for figures to quote: 3 rounds of 250 ms, a"
              + " warm-up of 2 s at most, and without --contestants and --workloads: only c-epoll,"
              + " loompoll, jdk-virtual, netty-epoll and go; one ping-pong, one kind of stall, and"
              + " 5,000 idle connections, once")
  private boolean quick;

  @Option(
      names = "--baseline",
      paramLabel = "NAME",
      defaultValue = Contestants.C_EPOLL,
      description = "what ratios refer to (${DEFAULT-VALUE}; without it the first)")
  private String baseline = Contestants.C_EPOLL;

  @Option(names = "--rounds", description = "7; with --quick 3")
  private @Nullable Integer rounds;

  @Option(
      names = "--slice",
      converter = Durations.class,
      description = "a contestant's turn: 1s; with --quick 250ms")
  private @Nullable Duration slice;

  @Option(
      names = "--warmup",
      converter = Durations.class,
      description = "at most, for each: 20s, with --quick 2s; it ends when the rate is flat")
  private @Nullable Duration warmup;

  @Option(
      names = "--procs",
      defaultValue = "0",
      description = "processors for each contestant; 0 is its own default")
  private int procs;

  @Option(names = "--unpinned", description = "bind nobody to a CPU")
  private boolean unpinned;

  @Option(
      names = "--idle-connections",
      paramLabel = "N",
      description = "for idle-memory: 15000; with --quick 5000")
  private @Nullable Integer idleConnections;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "for what is found: " + DIRECTORY + "/ and the time")
  private @Nullable Path out;

  Plan plan(ContestantsOption contestants) {
    contestants.check(baseline);
    Plan plan =
        new Plan(
            contestants.or(
                quick
                    ? Contestants.here(
                        Contestants.C_EPOLL,
                        Contestants.LOOMPOLL,
                        Contestants.JDK,
                        Contestants.NETTY_EPOLL,
                        Contestants.GO)
                    : Contestants.here()),
            workloads(contestants),
            baseline,
            rounds != null ? rounds : quick ? 3 : 7,
            slice != null ? slice : Duration.ofMillis(quick ? 250 : 1000),
            warmup != null ? warmup : Duration.ofSeconds(quick ? 2 : 20),
            !unpinned,
            procs,
            idleConnections != null
                ? idleConnections
                : quick ? QUICK_IDLE_CONNECTIONS : IDLE_CONNECTIONS,
            quick ? 1 : IDLE_ROUNDS);
    if (plan.rounds() < 1 || plan.sliceMillis() < 1 || plan.idleConnections() < 1) {
      throw contestants.usage("--rounds, --slice and --idle-connections must be positive");
    }
    if (procs < 0) {
      throw contestants.usage("--procs cannot be negative");
    }
    return plan;
  }

  private List<Workload> workloads(ContestantsOption contestants) {
    if (workloads == null) {
      return quick ? Workloads.quick() : Workloads.all();
    }
    List<Workload> chosen = new ArrayList<>();
    for (String name : workloads.split(",")) {
      List<Workload> found = Workloads.find(name);
      if (found == null) {
        throw contestants.usage(
            "unknown workload '%s'; there are %s"
                .formatted(name, String.join(", ", Workloads.names())));
      }
      found.stream()
          .filter(w -> chosen.stream().noneMatch(c -> c.id().equals(w.id())))
          .forEach(chosen::add);
    }
    return chosen;
  }

  Path directory() {
    return out != null ? out : Path.of(DIRECTORY, STAMP.format(LocalDateTime.now()));
  }

  /** For the help text. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Workloads.names().iterator();
    }
  }
}
