package dev.loompoll.bench;

import dev.loompoll.bench.report.HtmlReport;
import dev.loompoll.bench.suite.Plan;
import dev.loompoll.bench.suite.ReportWriter;
import dev.loompoll.bench.suite.Suite;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The bench's command line; {@code loompoll bench} is the same. */
@Command(
    name = "bench",
    description = {
      "Loompoll and others side by side, on this machine, in one run.",
      "Without a COMMAND: the whole suite, which takes about an hour; --quick is for a first look."
    },
    synopsisSubcommandLabel = "[COMMAND]",
    subcommands = {
      PingPongCommand.class,
      IdleCommand.class,
      SyscallsCommand.class,
      EpollsCommand.class,
      SchedCommand.class,
      OverloadCommand.class,
      ModelsCommand.class,
      ValidateCommand.class,
      ReportCommand.class,
      CompareCommand.class
    })
public final class Main implements Callable<Integer> {
  private static final ReportWriter REPORT =
      (run, directory) -> HtmlReport.write(run, directory.resolve("report.html"));

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "RESULT.json",
      description = "measure nothing: what moved from an old result to a new one, as compare")
  private List<Path> compared = List.of();

  @Mixin private final ContestantsOption contestants = new ContestantsOption();

  @Mixin private final SuiteOptions options = new SuiteOptions();

  /** For picocli, and for the {@code loompoll} command that takes this as a subcommand. */
  public Main() {}

  public static void main(String[] args) {
    System.exit(
        execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
  }

  /** Exit status: 0, 2 for usage, 1 otherwise. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new Main())
        .setOut(out)
        .setErr(err)
        .setOverwrittenOptionsAllowed(true) // so that a script's defaults can be followed by others
        .setParameterExceptionHandler(
            (e, typed) -> {
              e.getCommandLine().getErr().println("bench: " + e.getMessage());
              return e.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
            })
        .setExecutionExceptionHandler(
            (e, commandLine, parsed) -> {
              if (!(e instanceof IOException)) {
                e.printStackTrace(commandLine.getErr());
              }
              commandLine.getErr().println("bench: " + e.getMessage());
              return 1;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException {
    if (compared.size() == 2) {
      String text =
          ResultFiles.compared(contestants.commandLine(), compared.getFirst(), compared.getLast());
      contestants.commandLine().getOut().print(text);
      contestants.commandLine().getOut().flush();
      return 0;
    }
    Plan plan = options.plan(contestants);
    Suite suite =
        new Suite(
            plan, contestants.typed(), options.directory(), contestants.commandLine().getErr());
    return suite.run(contestants.commandLine().getOut(), REPORT) ? 0 : 1;
  }
}
