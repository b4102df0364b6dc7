package dev.loompoll.bench.overload;

import dev.loompoll.bench.Generator;
import dev.loompoll.bench.Server;
import java.io.IOException;
import java.util.List;

/** What the load generator is told in these experiments. */
final class Loads {
  private Loads() {}

  /** A closed loop on some connections, until {@code millis} have passed. */
  static Saturated saturate(
      Generator generator, Server server, int connections, int work, long millis)
      throws IOException {
    return generator.ask(
        "saturate %s %d %d %d %d"
            .formatted(server.host(), server.port(), connections, work, millis),
        Saturated.class);
  }

  /**
   * An open loop.
   *
   * @param words as the load generator's {@code Offer} has them
   */
  static Offered offer(Generator generator, Server server, List<String> words) throws IOException {
    return generator.ask(
        "offer %s %d %s".formatted(server.host(), server.port(), String.join(" ", words)),
        Offered.class);
  }
}
