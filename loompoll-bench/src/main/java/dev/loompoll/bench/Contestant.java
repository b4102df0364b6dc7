package dev.loompoll.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * An echo server that takes part.
 *
 * @param name what it is called on the command line
 * @param what one line about it
 * @param tuning how it is set up, and who says so
 * @param versions finds out of which version it is
 * @param starter how its process is started
 */
public record Contestant(
    String name, String what, String tuning, Supplier<String> versions, Starter starter) {

  /** One of which nothing more is to be said. */
  public Contestant(String name, String what, Starter starter) {
    this(name, what, "", () -> "", starter);
  }

  /** The same server, set up in another way. */
  Contestant as(String other, String more, Starter otherwise) {
    return new Contestant(other, what, tuning + " " + more, versions, otherwise);
  }

  /** Of what and what it runs on. */
  public String version() {
    return versions.get();
  }

  /**
   * A process to be.
   *
   * @param environment added to the bench's own
   */
  public record Command(List<String> words, Map<String, String> environment) {}

  /** Makes the command; compiles first where there is something to compile. */
  @FunctionalInterface
  public interface Starter {
    Command command(Launch launch) throws IOException;
  }
}
