package dev.loompoll.bench;

import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The bench's command line; {@code loompoll bench} is the same. */
@Command(
    name = "bench",
    description = "Loompoll and others side by side, on this machine, in one run.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      PingPongCommand.class,
      IdleCommand.class,
      SyscallsCommand.class,
      EpollsCommand.class,
      SchedCommand.class
    })
public final class Main implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this and exit")
  private boolean help;

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
  public void run() {
    if (spec == null) {
      throw new IllegalStateException("only picocli makes these");
    }
    CommandLine line = spec.commandLine();
    throw new CommandLine.ParameterException(
        line, "no command given: there are " + String.join(", ", line.getSubcommands().keySet()));
  }
}
