package dev.loompoll.bench;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code syscalls}: what a server asks of the kernel, per connection and per echo. */
@Command(
    name = "syscalls",
    description = "System calls of a server from connect to close, per connection and per echo.")
final class SyscallsCommand implements Callable<Integer> {
  /** Shown first and always: what the promises are about. */
  private static final List<String> ALWAYS =
      List.of("epoll_ctl", "recvfrom", "sendto", "read", "write", "epoll_wait", "futex");

  private static final int IDLE_SECONDS = 2;

  @Mixin private final ContestantsOption contestants = new ContestantsOption();

  @Option(names = "--connections", defaultValue = "1000", description = "${DEFAULT-VALUE}")
  private int connections;

  @Option(names = "--echoes", defaultValue = "100", description = "each (${DEFAULT-VALUE})")
  private int echoes;

  @Option(names = "--size", defaultValue = "64", description = "bytes a message (${DEFAULT-VALUE})")
  private int size;

  @Option(names = "--unpinned", description = "bind nobody to a CPU")
  private boolean unpinned;

  @Override
  public Integer call() throws IOException {
    contestants.print(contestants.heading());
    contestants.print(
        "load: %d connections, %d echoes of %d bytes each%n".formatted(connections, echoes, size));
    Cpus cpus = Cpus.choose(!unpinned);
    int failures = 0;
    for (Contestant c : contestants.or(List.of(Contestants.LOOMPOLL))) {
      try (Server server = Server.start(c, new Launch(0), cpus.server());
          Generator generator = Generator.start(cpus.generator(), false)) {
        warmUp(server, generator);
        Map<String, Long> idle = countIdle(server);
        report(server, count(server, generator), idle);
      } catch (IOException e) {
        contestants.progress(c.name() + ": " + e.getMessage());
        failures++;
      }
    }
    return failures == 0 ? 0 : 1;
  }

  /** A JVM that compiles makes calls of its own. */
  private void warmUp(Server server, Generator generator) throws IOException {
    generator.open("warm-up", server.host(), server.port(), 50, size);
    generator.pingPong("warm-up", 3000, 0, 0, false);
    generator.closeConnections("warm-up");
    awaitClosed(server); // or the closing would count as idle
  }

  /** What the process calls by itself, a JVM's timers mostly. */
  private static Map<String, Long> countIdle(Server server) throws IOException {
    try (Strace strace = Strace.attach(server.pid())) {
      TimeUnit.SECONDS.sleep(IDLE_SECONDS);
      return strace.finish();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    }
  }

  private Map<String, Long> count(Server server, Generator generator) throws IOException {
    String name = server.name();
    try (Strace strace = Strace.attach(server.pid())) {
      generator.open(name, server.host(), server.port(), connections, size);
      Sample sample = generator.echoes(name, echoes, 300_000);
      generator.closeConnections(name);
      awaitClosed(server);
      long wanted = (long) connections * echoes;
      if (sample.units() != wanted) {
        throw new IOException("only %d of %d echoes came".formatted(sample.units(), wanted));
      }
      return strace.finish();
    }
  }

  /** Until the server has closed its side too. */
  private static void awaitClosed(Server server) throws IOException {
    long until = System.nanoTime() + 10_000_000_000L;
    while (ProcFs.sockets(server.pid()) > 1 && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  private void report(Server server, Map<String, Long> calls, Map<String, Long> idle) {
    Set<String> names = new LinkedHashSet<>(ALWAYS);
    calls.entrySet().stream()
        .filter(e -> e.getValue() * 1000 >= connections)
        .map(Map.Entry::getKey)
        .forEach(names::add);
    Table table =
        new Table(server.name(), "calls", "per connection", "per echo", "when idle, a second");
    for (String name : names) {
      long n = calls.getOrDefault(name, 0L);
      table.row(
          name,
          Long.toString(n),
          Table.number("%.3f", (double) n / connections),
          Table.number("%.4f", (double) n / connections / echoes),
          Table.number("%.1f", (double) idle.getOrDefault(name, 0L) / IDLE_SECONDS));
    }
    String write = "(write is eventfd's, the wake-up of a poller, where sendto sends the data)";
    contestants.print("%n%s%s%n".formatted(table.text(), write));
  }
}
