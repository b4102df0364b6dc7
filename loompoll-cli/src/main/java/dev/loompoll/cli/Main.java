package dev.loompoll.cli;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Starts the command line. */
public final class Main {
  private Main() {}

  /** Runs the command and exits with its status. */
  public static void main(String[] args) {
    // The core logs through the JDK's logging, whose default takes two lines and a date for each.
    if (System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
      System.setProperty("java.util.logging.SimpleFormatter.format", "loompoll: %5$s%6$s%n");
    }
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    System.exit(run(out, err, args));
  }

  /** Runs the command; returns the exit status. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    LoompollCommand root = new LoompollCommand();
    Errors errors = new Errors(root);
    CommandLine line =
        new CommandLine(root)
            .setOut(out)
            .setErr(err)
            .setExpandAtFiles(false)
            .setParameterExceptionHandler(errors)
            .setExecutionExceptionHandler(errors);
    try {
      return line.execute(args);
    } catch (Error e) { // picocli hands over exceptions only
      return errors.report(line, e);
    }
  }
}
