package dev.loompoll.bench;

import dev.loompoll.bench.server.IdleJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code idle}: what connections cost that do nothing. */
@Command(
    name = "idle",
    description = "Idle connections: memory of each, threads, and one echo on all of them.")
final class IdleCommand implements Callable<Integer> {
  private static final int CONNECTIONS = 15_000;
  private static final int WARM_CONNECTIONS = 200;

  @Mixin private final ContestantsOption contestants = new ContestantsOption();

  @Option(
      names = "--connections",
      defaultValue = "" + CONNECTIONS,
      description = "${DEFAULT-VALUE}")
  private int connections;

  /** A server, the load on it, and what was seen. */
  private record Contender(Server server, Generator generator, List<String> row) {}

  @Override
  public Integer call() throws IOException {
    contestants.print(contestants.heading());
    contestants.print(
        "load: %d idle connections in each server, all servers up at once%n%n"
            .formatted(connections));
    List<Contender> up = new ArrayList<>();
    Table table =
        new Table(
            "contestant",
            "opened in ms",
            "bytes/connection",
            "after GC",
            "after an echo on all",
            "after GC",
            "heap",
            "threads before",
            "threads idle",
            "threads after",
            "idle CPU %",
            "echo on all, ms");
    int failures = 0;
    try {
      for (Contestant c : contestants.or(List.of(Contestants.LOOMPOLL, Contestants.JDK))) {
        try {
          Launch launch = new Launch(0).withSmallHeap();
          Server server = Server.start(c, launch, -1);
          up.add(new Contender(server, Generator.start(-1, false), new ArrayList<>()));
        } catch (IOException e) {
          contestants.progress(c.name() + " is left out: " + e.getMessage());
          failures++;
        }
      }
      for (Contender c : up) {
        contestants.progress("measuring " + c.server().name());
        try {
          measure(c);
          table.row(c.row().toArray(String[]::new));
        } catch (IOException e) {
          contestants.progress(c.server().name() + " failed: " + e.getMessage());
          failures++;
        }
      }
    } finally {
      for (Contender c : up) {
        c.generator().close();
        c.server().close();
      }
    }
    contestants.print(table.text());
    contestants.print("threads of an idle JVM with the same flags: %d%n".formatted(idleThreads()));
    contestants.print(
        "bytes: growth of VmRSS over that of the warm server without connections, both after a GC,"
            + " for each connection; heap: of that while idle; the kernel's socket buffers are not in it\n");
    return failures == 0 ? 0 : 1;
  }

  private void measure(Contender c) throws IOException {
    Server server = c.server();
    String name = server.name();
    // what is loaded and compiled once is no cost of a connection
    c.generator().open("warm", server.host(), server.port(), WARM_CONNECTIONS, 64);
    c.generator().pingPong("warm", 3000, 0, 0, false);
    c.generator().closeConnections("warm");
    OptionalLong heapBefore = collect(server);
    long before = rss(server);
    long threadsBefore = threads(server);
    long start = System.nanoTime();
    c.generator().open(name, server.host(), server.port(), connections, 64);
    long opened = System.nanoTime() - start;
    Tools.pause(3); // accepted, registered, parked
    long idle = rss(server);
    OptionalLong heap = collect(server);
    long idleCollected = rss(server);
    long threadsIdle = threads(server);
    ProcFs.Cpu cpu = ProcFs.cpu(server.pid());
    Tools.pause(3);
    double idleCpu = ProcFs.cpu(server.pid()).minus(cpu).both() / 3e9;
    Sample sample = c.generator().echoes(name, 1, 60_000);
    if (sample.units() != connections) {
      throw new IOException("only " + sample.units() + " connections answered");
    }
    long after = rss(server);
    long threadsAfter = threads(server);
    collect(server);
    c.row()
        .addAll(
            List.of(
                name,
                Table.number("%,.0f", opened / 1e6),
                each(idle - before),
                each(idleCollected - before),
                each(after - before),
                each(rss(server) - before),
                heap.isEmpty() ? "" : each(heap.getAsLong() - heapBefore.orElse(0)),
                Long.toString(threadsBefore),
                Long.toString(threadsIdle),
                Long.toString(threadsAfter),
                Table.number("%.1f", 100 * idleCpu),
                Table.number("%,.0f", sample.nanos() / 1e6)));
  }

  private String each(long bytes) {
    return Table.number("%,.0f", (double) bytes / connections);
  }

  private static long idleThreads() throws IOException {
    List<String> command = new ArrayList<>(Jvm.command(Launch.SMALL_JVM));
    command.add(IdleJvm.class.getName());
    Process idle = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    try (BufferedReader out = idle.inputReader()) {
      if (out.readLine() == null) {
        throw new IOException("the idle JVM did not start");
      }
      return ProcFs.status(idle.pid(), "Threads");
    } finally {
      idle.destroy();
      idle.onExit().join();
    }
  }

  private static long rss(Server server) throws IOException {
    return ProcFs.status(server.pid(), "VmRSS") * 1024;
  }

  private static long threads(Server server) throws IOException {
    return ProcFs.status(server.pid(), "Threads");
  }

  private static OptionalLong collect(Server server) throws IOException {
    OptionalLong heap = server.collect();
    Tools.pause(1);
    return heap;
  }
}
