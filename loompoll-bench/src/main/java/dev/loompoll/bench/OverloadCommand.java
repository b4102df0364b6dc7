package dev.loompoll.bench;

import dev.loompoll.bench.overload.Handling;
import dev.loompoll.bench.overload.OverloadRun;
import dev.loompoll.bench.overload.OverloadRun.Finding;
import dev.loompoll.bench.overload.OverloadRun.Step;
import dev.loompoll.bench.overload.Steps;
import dev.loompoll.bench.overload.Trials;
import dev.loompoll.bench.report.OverloadReport;
import dev.loompoll.bench.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code overload}: more than servers can bear. */
@Command(
    name = "overload",
    description = {
      "More load than a server can bear, in open loop: what becomes of each request.",
      "steps: multiples of its capacity, and the way back. descriptors: more clients than a process may"
          + " have descriptors. loris: a crowd that sends slowly. flood: one client that sends"
          + " 100 MiB/s, one that reads nothing. drain: SIGTERM at full rate."
    },
    subcommands = OverloadReportCommand.class,
    synopsisSubcommandLabel = "[report]")
final class OverloadCommand implements Callable<Integer> {
  private enum What {
    STEPS,
    DESCRIPTORS,
    LORIS,
    FLOOD,
    DRAIN;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int DESCRIPTORS = 256;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "WHAT",
      defaultValue = "steps",
      description = "steps (without it), descriptors, loris, flood, drain")
  private String asked = "steps";

  private What what = What.STEPS;

  @Option(
      names = "--contestants",
      paramLabel = "NAME[,NAME...]",
      completionCandidates = OverloadContestants.Names.class,
      description =
          "who is tried: ${COMPLETION-CANDIDATES}; without it all, and for all but steps the first"
              + " five, which have limits")
  private @Nullable String names;

  @Option(
      names = "--handler",
      converter = Durations.class,
      defaultValue = "1ms",
      description = "CPU time of a request (${DEFAULT-VALUE})")
  private Duration handler = Duration.ofMillis(1);

  @Option(names = "--sleep", description = "handlers wait for so long, instead of computing")
  private boolean sleep;

  @Option(names = "--once", description = "steps: one connection a request")
  private boolean once;

  @Option(
      names = "--connections",
      defaultValue = "1000",
      description = "steps: over which requests are spread (${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--factors",
      split = ",",
      defaultValue = "1,2,5,10",
      description = "steps: of the capacity (${DEFAULT-VALUE})")
  private List<Double> factors = List.of();

  @Option(
      names = "--time",
      converter = Durations.class,
      defaultValue = "10s",
      description = "a step, or a part of another experiment (${DEFAULT-VALUE})")
  private Duration time = Duration.ofSeconds(10);

  @Option(
      names = "--around",
      converter = Durations.class,
      defaultValue = "4s",
      description = "before and after that (${DEFAULT-VALUE})")
  private Duration around = Duration.ofSeconds(4);

  @Option(
      names = "--slice",
      converter = Durations.class,
      defaultValue = "500ms",
      description = "steps: of the closed loop that finds the capacity (${DEFAULT-VALUE})")
  private Duration slice = Duration.ofMillis(500);

  @Option(
      names = "--warmup",
      converter = Durations.class,
      defaultValue = "20s",
      description = "steps: serving, and refusing, at most (${DEFAULT-VALUE} each)")
  private Duration warmup = Duration.ofSeconds(20);

  @Option(
      names = "--grace",
      converter = Durations.class,
      defaultValue = "2s",
      description = "steps: answers are awaited for so long at the end (${DEFAULT-VALUE})")
  private Duration grace = Duration.ofSeconds(2);

  @Option(
      names = "--crowd",
      description = "how many: descriptors 2000, loris 5000, flood 10000 in all")
  private @Nullable Integer crowd;

  @Option(
      names = "--good",
      defaultValue = "100",
      description =
          "connections that are measured beside a crowd, or in a drain (${DEFAULT-VALUE})")
  private int good;

  @Option(
      names = "--rate",
      defaultValue = "1000",
      description = "their requests a second, which take no time to handle (${DEFAULT-VALUE})")
  private double rate;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "loris, flood: without and with, in turns (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--server",
      split = ",",
      paramLabel = "KEY=VALUE",
      description = "for servers with limits: soft, hard, queue, workers, ...")
  private List<String> serverOptions = List.of();

  @Option(names = "--unpinned", description = "bind nobody to a CPU")
  private boolean unpinned;

  @Option(names = "--json", paramLabel = "FILE", description = "what was found, for report")
  private @Nullable Path json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this and exit")
  private boolean help;

  private final List<Step> steps = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException {
    CommandLine line = line();
    what = what(asked);
    String started = OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString();
    Map<String, String> machine = new LinkedHashMap<>();
    Environment.describe().forEach((key, value) -> machine.put(key, value.toString()));
    for (Contestant contestant : contestants()) {
      try {
        measure(contestant);
      } catch (Generator.GoneException e) {
        throw e;
      } catch (IOException e) {
        leftOut.put(contestant.name(), String.valueOf(e.getMessage()));
        progress(contestant.name() + " is left out: " + e.getMessage());
      }
    }
    OverloadRun run =
        new OverloadRun(OverloadRun.FORMAT, typed(), started, machine, steps, findings, leftOut);
    if (json != null) {
      Path directory = json.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      Results.write((Object) run, json);
    }
    line.getOut().print(OverloadReport.markdown(List.of(run), ""));
    line.getOut().flush();
    return steps.isEmpty() && findings.isEmpty() ? 1 : 0;
  }

  private void measure(Contestant contestant) throws IOException {
    progress(contestant.name() + ": " + what.label());
    switch (what) {
      case STEPS -> new Steps(plan(), this::progress).run(contestant, steps);
      case DESCRIPTORS -> findings.add(trials(2_000).descriptors(contestant));
      case LORIS -> findings.add(trials(5_000).loris(contestant));
      case FLOOD -> findings.add(trials(10_000).flood(contestant));
      case DRAIN -> findings.add(trials(1).drain(contestant, handling()));
    }
  }

  private What what(String name) {
    for (What w : What.values()) {
      if (w.label().equals(name)) {
        return w;
      }
    }
    throw usage("no experiment '" + name + "'; there are steps, descriptors, loris, flood, drain");
  }

  private Handling handling() {
    return new Handling(handler, sleep);
  }

  private Steps.Plan plan() {
    if (connections < 1 || connections > 15_000 || factors.stream().anyMatch(f -> !(f > 0))) {
      throw usage("--connections is 1 to 15000, and --factors are positive");
    }
    if (slice.toMillis() < 1) {
      throw usage("--slice is 1ms at least");
    }
    return new Steps.Plan(
        handling(), once ? 0 : connections, factors, time, around, grace, slice, warmup, !unpinned);
  }

  private Trials trials(int usual) {
    int many = crowd == null ? usual : crowd;
    if (many < 1 || many > 15_000 || good < 1 || good > 4_000 || !(rate > 0) || rounds < 1) {
      throw usage("--crowd is 1 to 15000, --good 1 to 4000, --rate and --rounds positive");
    }
    return new Trials(
        new Trials.Size(many, good, rate, time.toMillis(), around.toMillis(), rounds), !unpinned);
  }

  private List<Contestant> contestants() {
    OverloadContestants.Setup setup =
        new OverloadContestants.Setup(
            serverOptions,
            what == What.FLOOD ? 64 * 1024 : 1024,
            what == What.DESCRIPTORS ? DESCRIPTORS : 0);
    List<String> others =
        what == What.STEPS ? OverloadContestants.here() : OverloadContestants.MODELS;
    List<Contestant> all = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names == null ? others : List.of(names.split(",")))) {
      Contestant found = OverloadContestants.find(name, setup);
      if (found == null) {
        throw usage(
            "unknown contestant '%s'; there are %s"
                .formatted(name, String.join(", ", OverloadContestants.all())));
      }
      if (what == What.DRAIN && !OverloadContestants.MODELS.contains(name)) {
        throw usage("'" + name + "' does not drain");
      }
      all.add(found);
    }
    return all;
  }

  private CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(line(), message);
  }

  private CommandLine line() {
    if (spec == null) {
      throw new IllegalStateException("only picocli makes these");
    }
    return spec.commandLine();
  }

  private String typed() {
    String arguments = String.join(" ", line().getParseResult().originalArgs());
    return (line().getCommandSpec().root().name() + " " + arguments).strip();
  }

  private void progress(String text) {
    line().getErr().println(text);
    line().getErr().flush();
  }
}
