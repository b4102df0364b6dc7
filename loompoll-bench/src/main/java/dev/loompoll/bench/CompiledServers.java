package dev.loompoll.bench;

import dev.loompoll.bench.Contestant.Command;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Commands of the contestants that are compiled first, from resources of ours. */
final class CompiledServers {
  private CompiledServers() {}

  /** A bare loop in C. */
  static Contestant.Starter c(String source) {
    return launch -> {
      if (launch.hogs().any()) {
        throw new CannotStartException("a bare loop has no scheduler to share with hogs");
      }
      String program = Tools.compiled(source, List.of("cc", "-O2", "-pthread")).toString();
      return new Command(
          List.of(
              program,
              "127.0.0.1",
              "0",
              Integer.toString(Math.max(1, launch.procs())),
              Integer.toString(Launch.BACKLOG),
              Integer.toString(launch.buffer()),
              "with-parent"),
          Map.of());
    };
  }

  static Command go(Launch launch) throws IOException {
    if (!launch.hogs().spin()) {
      throw new CannotStartException("its program has hogs that spin only");
    }
    String program = Tools.compiled("go_echo.go", List.of("go", "build")).toString();
    return new Command(
        List.of(
            program,
            "127.0.0.1:0",
            Integer.toString(launch.buffer()),
            "with-parent",
            Integer.toString(launch.hogs().count()),
            Integer.toString(launch.hogs().millis())),
        launch.procs() == 0 ? Map.of() : Map.of("GOMAXPROCS", Integer.toString(launch.procs())));
  }
}
