package dev.loompoll.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code compare}: what moved between two results, beyond noise. */
@Command(name = "compare", description = "What moved from one result to another, beyond noise.")
final class CompareCommand implements Callable<Integer> {
  @Mixin private final ResultFiles files = new ResultFiles();

  @Parameters(index = "0", paramLabel = "OLD.json", description = "a result")
  private @Nullable Path old;

  @Parameters(index = "1", paramLabel = "NEW.json", description = "a later one")
  private @Nullable Path now;

  @Override
  public Integer call() throws IOException {
    files.print(
        ResultFiles.compared(files.commandLine(), ResultFiles.given(old), ResultFiles.given(now)));
    return 0;
  }
}
