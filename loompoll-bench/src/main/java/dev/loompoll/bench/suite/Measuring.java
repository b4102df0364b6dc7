package dev.loompoll.bench.suite;

import dev.loompoll.bench.result.Chapter;
import java.io.IOException;

/** A workload while it is measured. */
interface Measuring extends AutoCloseable {
  void run() throws IOException;

  /** What is known so far: whole rounds only. From any thread, at any time. */
  Chapter chapter();

  /** Ends its processes. */
  @Override
  void close();
}
