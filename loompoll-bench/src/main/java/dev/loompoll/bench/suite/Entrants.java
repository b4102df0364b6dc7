package dev.loompoll.bench.suite;

import dev.loompoll.bench.Contestant;
import dev.loompoll.bench.result.Run.Entrant;
import java.util.List;

/** Who takes part, for the record. */
final class Entrants {
  private Entrants() {}

  static List<Entrant> of(List<Contestant> contestants) {
    return contestants.stream()
        .map(c -> new Entrant(c.name(), c.what(), c.version(), c.tuning()))
        .toList();
  }
}
