package dev.loompoll.cli;

import dev.loompoll.ConnResetException;
import dev.loompoll.Net;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code loompoll echo}. */
@Command(
    name = "echo",
    description = {
      "Echo server: sends back what it gets. Prints \"listening on ADDRESS\" once it accepts.",
      "SIGTERM or SIGINT: it accepts no more, connections may finish (--drain), the exit status is 0."
          + " A second signal closes them at once."
    })
final class EchoCommand implements Callable<Integer> {
  private static final List<String> POLLERS = List.of("epoll");
  private static final int MAX_PROCS = 4096; // the core's limit

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private LoompollCommand root;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private HelpOption help;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      description = "Where: host:port, :port or [ipv6]:port (default: ${DEFAULT-VALUE}).")
  private String listen = "127.0.0.1:8888";

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      completionCandidates = ModelNames.class,
      description = {
        "How connections are served (default: ${DEFAULT-VALUE}); docs/models.md compares them:",
        "${COMPLETION-CANDIDATES}."
      })
  private String model = "goroutine";

  @Option(
      names = "--poller",
      paramLabel = "POLLER",
      description = "The back end: epoll (default: epoll).")
  private @Nullable String poller;

  @Option(
      names = "--procs",
      paramLabel = "N",
      description = "How many goroutines may run at once (default: the processors).")
  private @Nullable Integer procs;

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description = "How long connections may take to finish (default: ${DEFAULT-VALUE}).")
  private Duration drain = Duration.ZERO;

  private static final class ModelNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return EchoModels.NAMES.iterator();
    }
  }

  @Override
  public Integer call() throws Exception {
    configure();
    StopSignals signals = StopSignals.install();
    EchoServer server = EchoModels.start(model, listen, this::connectionFailed);

    PrintWriter out = spec.commandLine().getOut();
    out.println("listening on " + Net.format(server.address()));
    out.flush();

    signals.stop().get();
    new Drain(server, spec.commandLine().getErr()).run(drain, signals.hurry());
    return ExitCode.OK;
  }

  /** The core reads these when it is first used. */
  private void configure() {
    choice("model", model, EchoModels.NAMES);
    if (poller != null) {
      choice("poller", poller, POLLERS);
      System.setProperty("loompoll.poller", poller);
    }
    if (procs != null) {
      if (procs < 1 || procs > MAX_PROCS) {
        throw usage("--procs " + procs + " is not from 1 to " + MAX_PROCS);
      }
      System.setProperty("loompoll.procs", procs.toString());
    }
  }

  private void choice(String what, String given, List<String> existing) {
    if (!existing.contains(given)) {
      String names =
          (existing.size() == 1 ? "there is " : "there are ") + String.join(", ", existing);
      throw usage("unknown " + what + " \"" + given + "\": " + names);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** A reset is a peer's everyday; it shows with --debug only. */
  private void connectionFailed(Throwable t) {
    boolean everyday = t instanceof ConnResetException;
    if (!everyday || root.debug()) {
      spec.commandLine().getErr().println("loompoll echo: " + Errors.message(t));
    }
    if (root.debug()) {
      t.printStackTrace(spec.commandLine().getErr());
    }
  }
}
