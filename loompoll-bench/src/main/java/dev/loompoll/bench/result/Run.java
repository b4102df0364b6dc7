package dev.loompoll.bench.result;

import java.util.List;
import java.util.Map;

/**
 * A whole run.
 *
 * @param format of the JSON; {@link #FORMAT}
 * @param command as it was typed
 * @param started ISO-8601, with offset
 * @param complete false if it was interrupted: the rounds done are there
 * @param machine CPUs, kernel, versions, load at the start
 */
public record Run(
    int format,
    String command,
    String started,
    boolean complete,
    Map<String, String> machine,
    List<Entrant> entrants,
    List<Chapter> chapters) {

  public static final int FORMAT = 1;

  /**
   * Who took part.
   *
   * @param tuning how it is set up, after its own documentation
   */
  public record Entrant(String name, String what, String version, String tuning) {}
}
