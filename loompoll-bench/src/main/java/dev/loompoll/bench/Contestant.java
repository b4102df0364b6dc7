package dev.loompoll.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * An echo server that takes part.
 *
 * @param name what it is called on the command line
 * @param what one line about it
 * @param starter how its process is started
 */
record Contestant(String name, String what, Starter starter) {

  /**
   * A process to be.
   *
   * @param environment added to the bench's own
   */
  record Command(List<String> words, Map<String, String> environment) {}

  /** Makes the command; compiles first where there is something to compile. */
  @FunctionalInterface
  interface Starter {
    Command command(Launch launch) throws IOException;
  }
}
