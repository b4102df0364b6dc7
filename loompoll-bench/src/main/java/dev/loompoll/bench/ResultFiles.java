package dev.loompoll.bench;

import dev.loompoll.bench.report.Comparison;
import dev.loompoll.bench.result.Results;
import dev.loompoll.bench.result.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What commands that read results have in common. */
final class ResultFiles {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this and exit")
  private boolean help;

  /** picocli has seen to it that it is there. */
  static Path given(@Nullable Path file) {
    if (file == null) {
      throw new IllegalStateException("only picocli makes these");
    }
    return file;
  }

  /** A file that is not there is a usage error. */
  Run read(Path file) throws IOException {
    return read(commandLine(), file);
  }

  private static Run read(CommandLine line, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandLine.ParameterException(line, "no such file: " + file);
    }
    return Results.read(file);
  }

  /** What moved from one to the other. */
  static String compared(CommandLine line, Path old, Path now) throws IOException {
    return new Comparison(read(line, old), read(line, now)).text();
  }

  void print(String text) {
    commandLine().getOut().print(text);
    commandLine().getOut().flush();
  }

  void progress(String line) {
    commandLine().getErr().println(line);
    commandLine().getErr().flush();
  }

  CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("only picocli makes these");
    }
    return spec.commandLine();
  }
}
