package dev.loompoll.bench.suite;

import dev.loompoll.bench.result.Figure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How far it is: on a terminal one line that is drawn again and again, else a line for each round.
 * Thread-safe.
 */
final class Progress {
  private static final int WIDTH = 24;

  /** Where plans are this wrong, or less is known, the plan is all there is. */
  private static final double KNOWN = 0.02;

  private final PrintWriter err;
  private final boolean terminal;
  private final double planned;
  private final long start = System.nanoTime();

  // all guarded by this
  private String chapter = "";
  private double before;
  private double chapterSeconds;
  private double share;
  private boolean ended;

  /**
   * @param planned seconds that everything takes, about
   */
  Progress(PrintWriter err, boolean terminal, double planned) {
    this.err = err;
    this.terminal = terminal;
    this.planned = planned;
  }

  /** Whether what is printed to stderr is seen on a terminal. */
  static boolean onTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** The next chapter. */
  synchronized void begin(String title, double seconds) {
    before += chapterSeconds;
    chapter = title;
    chapterSeconds = seconds;
    share = 0;
    if (terminal) {
      draw("");
    } else {
      print(title + remaining());
    }
  }

  /**
   * So much of the chapter is done.
   *
   * @param what it does now, or has found
   */
  synchronized void at(double done, String what) {
    share = done;
    if (terminal) {
      draw(what);
    } else if (what.startsWith("round")) {
      print("  " + what);
    }
  }

  /** A line that stays. */
  synchronized void note(String line) {
    if (terminal && !ended) {
      err.print("\r\033[K");
    }
    print(line);
    if (terminal) {
      draw("");
    }
  }

  /** From now on it is quiet: what fails while everything is stopped is no news. */
  synchronized void end() {
    if (terminal && !ended) {
      err.print("\r\033[K");
      err.flush();
    }
    ended = true;
  }

  private void print(String line) {
    if (!ended) {
      err.println(line);
      err.flush();
    }
  }

  private void draw(String what) {
    if (ended) {
      return;
    }
    double done = done();
    int full = (int) Math.round(done * WIDTH);
    String line =
        "█".repeat(full)
            + "░".repeat(WIDTH - full)
            + " %3.0f %%%s  %s  %s".formatted(100 * done, remaining(), chapter, what);
    err.print("\r\033[K" + line.substring(0, Math.min(line.length(), 150)));
    err.flush();
  }

  private double done() {
    return planned <= 0 ? 0 : Math.min(1, (before + share * chapterSeconds) / planned);
  }

  /** By the plan at first, then by what the time has shown. */
  private String remaining() {
    double done = done();
    double elapsed = (System.nanoTime() - start) / 1e9;
    double seconds = done < KNOWN ? planned - elapsed : elapsed / done * (1 - done);
    return ", about %s left"
        .formatted(seconds < 90 ? ceil(seconds, 1) + " s" : ceil(seconds, 60) + " min");
  }

  private static long ceil(double seconds, int unit) {
    return Math.max(1, (long) Math.ceil(seconds / unit));
  }

  /** A contestant's figure for the line of a round. */
  static String figure(String name, Workload workload, double value) {
    boolean nanos = workload.main().unit().equals("ns");
    boolean large = workload.unit().equals("bytes") && workload.main() == Figure.RATE;
    return "  %s %s"
        .formatted(
            name,
            nanos
                ? String.format(Locale.ROOT, "%,.0f us", value / 1e3)
                : large
                    ? String.format(Locale.ROOT, "%,.0f MB/s", value / 1e6)
                    : String.format(Locale.ROOT, "%,.0f", value));
  }
}
