package dev.loompoll.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The run's own directory, for what it compiles; gone when the run ends. */
final class Work {
  private static final class Holder {
    static final Path DIRECTORY = create();

    private static Path create() {
      try {
        Path d = Files.createTempDirectory("loompoll-bench");
        Children.add(d);
        return d;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Work() {}

  static Path directory() {
    return Holder.DIRECTORY;
  }
}
