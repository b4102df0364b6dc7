package dev.loompoll.bench.suite;

import dev.loompoll.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;

/** Makes a page of a run. */
@FunctionalInterface
public interface ReportWriter {
  /** Where the result is all that is wanted. */
  ReportWriter NONE = (run, directory) -> {};

  /** Writes into the directory that has the run's {@code result.json}. */
  void write(Run run, Path directory) throws IOException;
}
