package dev.loompoll.bench;

import dev.loompoll.bench.report.HtmlReport;
import dev.loompoll.bench.report.MarkdownReport;
import dev.loompoll.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: a result as a page, for people or for the documentation. */
@Command(name = "report", description = "A result as one HTML page, or as Markdown with pictures.")
final class ReportCommand implements Callable<Integer> {
  @Mixin private final ResultFiles files = new ResultFiles();

  @Parameters(paramLabel = "RESULT.json", description = "what a run has written")
  private @Nullable Path result;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "where to; without it HTML goes beside the result, and Markdown, without its pictures, to"
              + " standard output")
  private @Nullable Path out;

  @Option(
      names = "--markdown",
      description = "Markdown, and pictures in a directory beside it, instead of HTML")
  private boolean markdown;

  @Override
  public Integer call() throws IOException {
    Path from = ResultFiles.given(result);
    Run run = files.read(from);
    if (markdown && out == null) {
      files.print(MarkdownReport.markdown(run, "benchmarks"));
      files.progress("the pictures are not written: that takes --out FILE");
    } else if (markdown && out != null) {
      MarkdownReport.write(run, out);
      files.progress("report: " + out);
    } else {
      Path to = out != null ? out : beside(from);
      HtmlReport.write(run, to);
      files.print("report: " + to + "\n");
    }
    return 0;
  }

  private static Path beside(Path result) {
    String name = String.valueOf(result.getFileName());
    return result.resolveSibling(name.replaceFirst("\\.json$", "") + ".html");
  }
}
