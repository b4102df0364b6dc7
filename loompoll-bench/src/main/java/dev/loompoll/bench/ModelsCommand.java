package dev.loompoll.bench;

import dev.loompoll.bench.report.ModelsTable;
import dev.loompoll.bench.suite.Plan;
import dev.loompoll.bench.suite.Suite;
import dev.loompoll.bench.suite.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code models}: models of servers side by side. */
@Command(
    name = "models",
    description =
        "Models of servers side by side, in alternating slices: connections that come and go, that"
            + " stay, pipelined, and with a handler that computes. Writes models.md.")
final class ModelsCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--models",
      paramLabel = "NAME[,NAME...]",
      completionCandidates = Models.Names.class,
      description = "all without it: ${COMPLETION-CANDIDATES}")
  private @Nullable String names;

  @Option(names = "--rounds", defaultValue = "7", description = "${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--slice",
      converter = Durations.class,
      defaultValue = "1s",
      description = "a model's turn (${DEFAULT-VALUE})")
  private Duration slice = Duration.ofSeconds(1);

  @Option(
      names = "--warmup",
      converter = Durations.class,
      defaultValue = "20s",
      description = "at most, for each (${DEFAULT-VALUE})")
  private Duration warmup = Duration.ofSeconds(20);

  @Option(
      names = "--procs",
      defaultValue = "0",
      description = "processors for each; 0 is its own default")
  private int procs;

  @Option(names = "--unpinned", description = "bind nobody to a CPU")
  private boolean unpinned;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "bench-results/models",
      description = "for what is found (${DEFAULT-VALUE})")
  private Path out = Path.of("bench-results", "models");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this and exit")
  private boolean help;

  @Override
  public Integer call() throws IOException {
    CommandLine line = line();
    if (rounds < 1 || slice.toMillis() < 1 || procs < 0) {
      throw new CommandLine.ParameterException(
          line, "--rounds and --slice must be positive, --procs cannot be negative");
    }
    Plan plan =
        new Plan(
            contestants(),
            Workloads.models(),
            Models.BASELINE,
            rounds,
            slice,
            warmup,
            !unpinned,
            procs,
            1,
            1);
    String typed =
        (line.getCommandSpec().root().name()
                + " "
                + String.join(" ", line.getParseResult().originalArgs()))
            .strip();
    return new Suite(plan, typed, out, line.getErr())
            .run(
                line.getOut(),
                (run, directory) ->
                    Files.writeString(directory.resolve("models.md"), ModelsTable.markdown(run)))
        ? 0
        : 1;
  }

  private List<Contestant> contestants() {
    List<Contestant> all = new ArrayList<>();
    for (String name :
        new LinkedHashSet<>(names == null ? Models.ALL.keySet() : List.of(names.split(",")))) {
      Contestant found = Models.ALL.get(name);
      if (found == null) {
        throw new CommandLine.ParameterException(
            line(),
            "unknown model '%s'; there are %s"
                .formatted(name, String.join(", ", Models.ALL.keySet())));
      }
      all.add(found);
    }
    return all;
  }

  private CommandLine line() {
    if (spec == null) {
      throw new IllegalStateException("only picocli makes these");
    }
    return spec.commandLine();
  }
}
