package dev.loompoll.cli;

import dev.loompoll.AddressException;
import java.net.UnknownHostException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Makes one line on stderr and an exit status of whatever went wrong. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final LoompollCommand root;

  Errors(LoompollCommand root) {
    this.root = root;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    print(command, usage(e) + " (see " + name + " --help)");
    return ExitCode.USAGE;
  }

  /** picocli's own words for a wrong command are about an argument at an index. */
  private static String usage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    return e instanceof UnmatchedArgumentException u
            && !u.isUnknownOption()
            && !command.getSubcommands().isEmpty()
        ? "unknown command \""
            + u.getUnmatched().getFirst()
            + "\": "
            + LoompollCommand.list(command)
        : message(e);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return report(command, e);
  }

  int report(CommandLine command, Throwable t) {
    print(command, message(t));
    if (root.debug()) {
      t.printStackTrace(command.getErr());
    }
    // A host that nobody knows is a bad address like any other.
    boolean usage = t instanceof AddressException || t instanceof UnknownHostException;
    return usage ? ExitCode.USAGE : ExitCode.SOFTWARE;
  }

  private static void print(CommandLine command, String message) {
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + message);
    command.getErr().flush();
  }

  /** What to tell the user, in one line. */
  static String message(Throwable t) {
    Throwable cause = t;
    while (true) {
      if (cause instanceof IllegalCallerException) { // of a restricted method
        return "the JVM denies native access, without which there are no system calls;"
            + " start it with --enable-native-access="
            + Jvm.coreModule();
      }
      Throwable deeper = cause.getCause();
      if (deeper == null) {
        break;
      }
      cause = deeper;
    }
    // A failure while classes are initialised says nothing by itself.
    Throwable telling = t instanceof LinkageError ? cause : t;
    String text = telling.getMessage();
    if (text == null || text.isBlank()) {
      return telling.getClass().getSimpleName();
    }
    return switch (telling) {
      case UnknownHostException _ -> "unknown host " + oneLine(text);
      case Error _ -> telling.getClass().getSimpleName() + ": " + oneLine(text);
      default -> oneLine(text);
    };
  }

  private static String oneLine(String text) {
    return String.join(" ", text.lines().map(String::strip).toList());
  }
}
