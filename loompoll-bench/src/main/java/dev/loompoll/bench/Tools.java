package dev.loompoll.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Other people's programs: which of them are here, and what they make of our sources. */
public final class Tools {
  private Tools() {}

  /** Whether {@code name} is on the PATH. */
  static boolean has(String name) {
    String path = System.getenv("PATH");
    if (path == null) {
      return false;
    }
    for (String dir : path.split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(dir.isEmpty() ? "." : dir, name))) {
        return true;
      }
    }
    return false;
  }

  /** The program that a resource of ours compiles to; only once in a run. */
  static Path compiled(String source, List<String> compiler) throws IOException {
    Path work = Work.directory();
    Path program = work.resolve(source.replaceFirst("\\.\\w+$", ""));
    if (Files.exists(program)) {
      return program;
    }
    if (!has(compiler.getFirst())) {
      throw new CannotStartException("no " + compiler.getFirst() + " on the PATH");
    }
    Path file = work.resolve(source);
    try (InputStream in = Tools.class.getResourceAsStream(source)) {
      if (in == null) {
        throw new CannotStartException("no resource " + source);
      }
      Files.copy(in, file);
    }
    List<String> command = new ArrayList<>(compiler);
    command.addAll(List.of("-o", program.toString(), file.toString()));
    Output output = run(command);
    if (output.status() != 0) {
      throw new CannotStartException(String.join(" ", command) + ":\n" + output.text());
    }
    return program;
  }

  /**
   * What a command said on both streams.
   *
   * @param status its exit status, -1 if it could not be started
   */
  public record Output(int status, String text) {}

  public static Output run(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      Children.add(process);
      try {
        String text = new String(process.getInputStream().readAllBytes());
        return new Output(process.waitFor(), text);
      } finally {
        Children.remove(process);
      }
    } catch (IOException e) {
      return new Output(-1, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Output(-1, "interrupted");
    }
  }

  /** While something is measured that takes its time. */
  public static void pause(int seconds) {
    try {
      TimeUnit.SECONDS.sleep(seconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void deleteTree(Path root) {
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
                throws IOException {
              Files.delete(dir);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      System.err.println("left behind: " + e.getMessage());
    }
  }
}
