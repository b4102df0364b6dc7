package dev.loompoll.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ping-pong}: echoes side by side. */
@Command(
    name = "ping-pong",
    description =
        "Contestants side by side: echoes on N connections, turn about, ratios per round.")
final class PingPongCommand implements Callable<Integer> {
  @Mixin private final ContestantsOption contestants = new ContestantsOption();

  @Option(
      names = "--baseline",
      paramLabel = "NAME",
      defaultValue = Contestants.C_EPOLL,
      description = "what ratios refer to (${DEFAULT-VALUE}; without it the first)")
  private String baseline = Contestants.C_EPOLL;

  @Option(names = "--connections", defaultValue = "100", description = "${DEFAULT-VALUE}")
  private int connections;

  @Option(names = "--size", defaultValue = "64", description = "bytes a message (${DEFAULT-VALUE})")
  private int size;

  @Option(names = "--rounds", defaultValue = "7", description = "${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--slice",
      defaultValue = "1s",
      converter = Durations.class,
      description = "a contestant's turn (${DEFAULT-VALUE})")
  private Duration slice = Duration.ofSeconds(1);

  @Option(
      names = "--warmup",
      defaultValue = "20s",
      converter = Durations.class,
      description = "at most, for each; it ends when the rate is flat (${DEFAULT-VALUE})")
  private Duration warmup = Duration.ofSeconds(20);

  @Option(
      names = "--think",
      defaultValue = "0ms",
      converter = Durations.class,
      description = "pause of a connection between a reply and its next message (none)")
  private Duration think = Duration.ZERO;

  @Option(
      names = "--flooders",
      defaultValue = "0",
      description = "connections beside the others that send without waiting for replies")
  private int flooders;

  @Option(
      names = "--sleeping",
      description =
          "the load generator sleeps when there is nothing to do, instead of taking a CPU for"
              + " itself")
  private boolean sleeping;

  @Option(
      names = "--hogs",
      defaultValue = "0",
      description = "goroutines in the way of the echoes; the load generator then runs at nice -20")
  private int hogs;

  @Option(
      names = "--hog-kind",
      defaultValue = Hogs.SPIN,
      description =
          "spin; lock: with a lock that each echo takes too; gc: full collections; blocked: in"
              + " native calls, a FIFO, name resolution and pinned parks; none, to count hand-offs"
              + " (${DEFAULT-VALUE})")
  private String hogKind = Hogs.SPIN;

  @Option(
      names = "--neighbours",
      description = "beside another busy process on each processor; the generator at nice -20")
  private boolean neighbours;

  @Option(names = "--safepoints", description = "how long JVMs take to reach safepoints, as well")
  private boolean safepoints;

  @Option(
      names = "--hog-millis",
      defaultValue = "0",
      description = "how long each spins before the next takes its place; 0 is without end")
  private int hogMillis;

  @Option(names = "--unpinned", description = "bind nobody to a CPU")
  private boolean unpinned;

  @Option(
      names = "--procs",
      defaultValue = "0",
      description = "processors for each contestant; 0 is its own default")
  private int procs;

  @Option(names = "--json", paramLabel = "FILE", description = "write all figures here too")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException {
    check();
    PingPong.Plan plan =
        new PingPong.Plan(
            contestants.or(
                Contestants.here(
                    Contestants.C_EPOLL,
                    Contestants.LOOMPOLL,
                    Contestants.FALLBACK,
                    Contestants.JDK,
                    Contestants.GO)),
            connections,
            size,
            rounds,
            slice,
            warmup,
            think,
            flooders,
            sleeping,
            new Hogs(hogs, hogKind, hogMillis),
            neighbours,
            safepoints,
            !unpinned,
            procs);
    Map<String, Object> environment = Environment.describe();
    String heading = contestants.heading();
    try (PingPong run = new PingPong(plan, contestants::progress)) {
      run.run();
      PingPongReport report = new PingPongReport(run, baseline);
      contestants.print(heading + report.text());
      if (json != null) {
        Files.writeString(json, report.json(environment, heading.lines().findFirst().orElse("")));
        contestants.print("figures: " + json + "\n");
      }
      return run.results().isEmpty() ? 1 : 0;
    }
  }

  private void check() {
    contestants.check(baseline);
    if (connections < 1 || rounds < 1 || slice.toMillis() < 1) {
      throw contestants.usage("--connections, --rounds and --slice must be positive");
    }
    if (procs < 0 || flooders < 0 || hogs < 0 || hogMillis < 0) {
      throw contestants.usage("--procs, --flooders, --hogs and --hog-millis cannot be negative");
    }
    if (!Hogs.KINDS.contains(hogKind)) {
      throw contestants.usage("no such --hog-kind: " + hogKind + "; there are " + Hogs.KINDS);
    }
    if (size < 16 || size % 8 != 0 || size > 16384) {
      throw contestants.usage("--size is a multiple of 8 from 16 to 16384");
    }
  }
}
