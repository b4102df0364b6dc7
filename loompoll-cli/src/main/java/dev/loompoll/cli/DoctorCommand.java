package dev.loompoll.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code loompoll doctor}. */
@Command(
    name = "doctor",
    description = {
      "Says what this machine offers to Loompoll, and what to change.",
      "The exit status is 1 if Loompoll cannot work here."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final String LINE = "%s  %-14s  %s";
  private static final String ADVICE = " ".repeat(22) + "-> ";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private HelpOption help;

  @Override
  public Integer call() {
    Jvm.doNotLogJdkBugs();
    List<Finding> findings = new ArrayList<>();
    findings.addAll(JdkCheck.run());
    findings.addAll(JvmCheck.run());
    findings.addAll(PollerCheck.run());
    findings.addAll(LimitCheck.run());

    PrintWriter out = spec.commandLine().getOut();
    findings.forEach(f -> print(out, f));
    out.flush();
    for (Finding f : findings) {
      if (f.mark() == Finding.Mark.FAIL) {
        spec.commandLine().getErr().println("loompoll doctor: " + f.text());
        return ExitCode.SOFTWARE;
      }
    }
    return ExitCode.OK;
  }

  private void print(PrintWriter out, Finding f) {
    out.println(LINE.formatted(mark(f.mark()), f.subject(), f.text()));
    if (!f.advice().isEmpty()) {
      out.println(ADVICE + f.advice());
    }
  }

  /** The mark, padded to one width, in colour on a terminal. */
  private String mark(Finding.Mark mark) {
    Ansi ansi = spec.commandLine().getColorScheme().ansi();
    String word = "%-4s".formatted(mark.name().toLowerCase(Locale.ROOT));
    return ansi.string("@|" + mark.colour + " " + word + "|@");
  }
}
