package dev.loompoll.bench.suite;

import dev.loompoll.bench.Children;
import dev.loompoll.bench.Environment;
import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Results;
import dev.loompoll.bench.result.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All workloads, one after the other. What is done is on disk after each of them, and also when it
 * is interrupted: a run takes long, and half of it is better than none.
 */
public final class Suite {
  private static final String RESULT = "result.json";

  private final Plan plan;
  private final String command;
  private final Path directory;
  private final Progress progress;
  private final Map<String, String> machine = new LinkedHashMap<>();
  private final String started = OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString();

  // guarded by this
  private final List<Chapter> chapters = new ArrayList<>();
  private @Nullable Measuring current;
  private boolean complete;

  /**
   * @param command as it was typed
   * @param directory for what it finds; made if it is not there
   */
  public Suite(Plan plan, String command, Path directory, PrintWriter err) throws IOException {
    this.plan = plan;
    this.command = command;
    this.directory = Files.createDirectories(directory);
    double seconds = plan.workloads().stream().mapToDouble(plan::seconds).sum();
    this.progress = new Progress(err, Progress.onTerminal(), seconds);
    Environment.describe().forEach((key, value) -> machine.put(key, value.toString()));
  }

  /**
   * Runs it, prints tables to {@code out}, and has the page written.
   *
   * @return whether anybody was measured
   */
  public boolean run(PrintWriter out, ReportWriter report) throws IOException {
    Children.beforeTheyEnd(this::rescue);
    try {
      measure();
    } finally {
      Children.forget();
    }
    Run run = snapshot();
    out.print(Summary.of(run));
    report.write(run, directory);
    out.println("all of it: " + directory);
    out.flush();
    return run.chapters().stream().anyMatch(c -> !c.turns().isEmpty());
  }

  private void measure() throws IOException {
    int number = 0;
    for (Workload w : plan.workloads()) {
      number++;
      progress.begin(
          "[%d/%d] %s".formatted(number, plan.workloads().size(), w.title()), plan.seconds(w));
      try (Measuring m = w.begin(plan, progress)) {
        synchronized (this) {
          current = m;
        }
        m.run();
        synchronized (this) {
          chapters.add(m.chapter());
          current = null;
          complete = number == plan.workloads().size();
        }
      } finally {
        Results.write(snapshot(), directory.resolve(RESULT));
      }
    }
    progress.end();
  }

  private synchronized Run snapshot() {
    List<Chapter> all = new ArrayList<>(chapters);
    if (current != null) {
      Chapter half = current.chapter();
      if (!half.turns().isEmpty()) {
        all.add(half);
      }
    }
    return new Run(
        Run.FORMAT, command, started, complete, machine, Entrants.of(plan.contestants()), all);
  }

  /** When interrupted: the rounds that are done. */
  private void rescue() {
    progress.note("interrupted");
    progress.end();
    try {
      Results.write(snapshot(), directory.resolve(RESULT));
      System.err.println("what was done is in " + directory.resolve(RESULT));
    } catch (IOException e) {
      System.err.println("what was done is lost: " + e.getMessage());
    }
  }
}
