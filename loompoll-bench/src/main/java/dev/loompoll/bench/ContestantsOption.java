package dev.loompoll.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --contestants}, and what else is the same for every command. */
final class ContestantsOption {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  // one text, not a list: said again, it replaces what a script has said before
  @Option(
      names = "--contestants",
      paramLabel = "NAME[,NAME...]",
      completionCandidates = Contestants.Names.class,
      description = "who takes part, NAME@N with N procs: ${COMPLETION-CANDIDATES}")
  private @Nullable String names;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this and exit")
  private boolean help;

  /** Those asked for, or {@code others} if none were. An unknown one is a usage error. */
  List<Contestant> or(List<String> others) {
    List<Contestant> all = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names == null ? others : List.of(names.split(",")))) {
      all.add(check(name));
    }
    return all;
  }

  Contestant check(String name) {
    Contestant found = Contestants.find(name);
    if (found == null) {
      throw usage(
          "unknown contestant '%s'; there are %s"
              .formatted(name, String.join(", ", Contestants.ALL.keySet())));
    }
    return found;
  }

  CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(commandLine(), message);
  }

  CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("only picocli makes these");
    }
    return spec.commandLine();
  }

  String typed() {
    CommandLine command = commandLine();
    String arguments = String.join(" ", command.getParseResult().originalArgs());
    return (command.getCommandSpec().root().name() + " " + arguments).strip();
  }

  /** What was typed and where: no figure without it. */
  String heading() {
    return "command: %s%n%s%n".formatted(typed(), Environment.line(Environment.describe()));
  }

  void print(String text) {
    commandLine().getOut().print(text);
    commandLine().getOut().flush();
  }

  void progress(String line) {
    commandLine().getErr().println(line);
    commandLine().getErr().flush();
  }
}
