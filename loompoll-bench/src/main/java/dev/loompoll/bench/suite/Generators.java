package dev.loompoll.bench.suite;

import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Server;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One load generator for all contestants, so that all have the same compiled code against them; or
 * as many as it takes for one process not to run out of descriptors.
 */
final class Generators implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 15_000;

  private final int cpu;
  private final boolean first;
  private final List<Generator> all = new ArrayList<>();
  private final Map<String, Generator> byServer = new HashMap<>();
  private int connections;

  /**
   * @param cpu where they run, if not negative
   * @param first whether they go before everybody else
   */
  Generators(int cpu, boolean first) {
    this.cpu = cpu;
    this.first = first;
  }

  /** One that can take so many connections to this server. */
  Generator with(Server s, int more) throws IOException {
    if (all.isEmpty() || connections + more > MOST_CONNECTIONS) {
      all.add(Generator.start(cpu, first));
      connections = 0;
    }
    connections += more;
    byServer.put(s.name(), all.getLast());
    return all.getLast();
  }

  Generator of(Server s) throws IOException {
    Generator g = byServer.get(s.name());
    if (g == null) {
      throw new IOException("no connections to " + s.name());
    }
    return g;
  }

  @Override
  public void close() {
    all.forEach(Generator::close);
  }
}
