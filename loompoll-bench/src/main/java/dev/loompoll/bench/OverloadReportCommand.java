package dev.loompoll.bench;

import dev.loompoll.bench.overload.OverloadRun;
import dev.loompoll.bench.report.OverloadReport;
import dev.loompoll.bench.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code overload report}: several results as one page. */
@Command(name = "report", description = "Results of overload as one page of Markdown, with charts.")
final class OverloadReportCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "RESULT.json", description = "what runs have written")
  private List<Path> results = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "where to, with pictures in a directory beside it; else to standard output")
  private @Nullable Path out;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this and exit")
  private boolean help;

  @Override
  public Integer call() throws IOException {
    if (spec == null) {
      throw new IllegalStateException("only picocli makes these");
    }
    CommandLine line = spec.commandLine();
    List<OverloadRun> runs = new ArrayList<>();
    for (Path file : results) {
      if (!Files.isRegularFile(file)) {
        throw new CommandLine.ParameterException(line, "no such file: " + file);
      }
      OverloadRun run = Results.read(file, OverloadRun.class);
      if (run.format() != OverloadRun.FORMAT) {
        throw new IOException(
            "%s: format %d, this bench reads %d".formatted(file, run.format(), OverloadRun.FORMAT));
      }
      runs.add(run);
    }
    if (out == null) {
      line.getOut().print(OverloadReport.markdown(runs, ""));
      line.getOut().flush();
    } else {
      OverloadReport.write(runs, out);
      line.getErr().println("report: " + out);
    }
    return 0;
  }
}
