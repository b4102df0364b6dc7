package dev.loompoll.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code epolls}: how a server spreads its connections over its epoll instances. */
@Command(
    name = "epolls",
    description = "How a server spreads its connections over its epoll instances.")
final class EpollsCommand implements Callable<Integer> {
  @Mixin private final ContestantsOption contestants = new ContestantsOption();

  @Option(names = "--connections", defaultValue = "1000", description = "${DEFAULT-VALUE}")
  private int connections;

  @Override
  public Integer call() throws IOException {
    contestants.print(contestants.heading());
    for (Contestant c : contestants.or(List.of("loompoll@4"))) {
      try (Server server = Server.start(c, new Launch(0), -1);
          Generator generator = Generator.start(-1, false)) {
        generator.open(c.name(), server.host(), server.port(), connections, 64);
        generator.echoes(c.name(), 10, 60_000); // all are accepted and registered then
        Table table = new Table("epoll of " + c.name(), "descriptors", "share");
        Map<String, Integer> epolls = ProcFs.epolls(server.pid());
        int all = epolls.values().stream().mapToInt(Integer::intValue).sum();
        epolls.values().removeIf(n -> n == 0); // the JDK's own
        epolls.forEach(
            (fd, n) ->
                table.row("fd " + fd, n.toString(), Table.number("%.1f %%", 100.0 * n / all)));
        contestants.print(
            "%n%d connections; listener and eventfds are counted too%n%s"
                .formatted(connections, table.text()));
      }
    }
    return 0;
  }
}
