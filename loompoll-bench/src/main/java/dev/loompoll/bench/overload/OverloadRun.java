package dev.loompoll.bench.overload;

import java.util.List;
import java.util.Map;

/**
 * What the experiments have found.
 *
 * @param format of the JSON; {@link #FORMAT}
 * @param command as it was typed
 * @param started ISO-8601, with offset
 * @param machine CPUs, kernel, versions, load at the start
 * @param leftOut who could not be measured, and why
 */
public record OverloadRun(
    int format,
    String command,
    String started,
    Map<String, String> machine,
    List<Step> steps,
    List<Finding> findings,
    Map<String, String> leftOut) {

  public static final int FORMAT = 1;

  /**
   * More than a server can bear, for a while: half of its capacity, then a multiple of it, then
   * half again.
   *
   * @param pattern {@code persistent} connections or {@code once}: one a request
   * @param handler what it does, as {@code 1 ms of CPU}
   * @param factor times the capacity
   * @param capacity requests a second that it serves at most, in a closed loop just before
   * @param offered three phases
   * @param rssMax bytes, during the step
   * @param cpus that it kept busy during the step
   * @param backMillis after the step, until latencies were as before and nothing was refused; -1 if
   *     they did not until the end
   * @param counted what the server counted from the first phase to the last
   */
  public record Step(
      String contestant,
      String pattern,
      String handler,
      double factor,
      double capacity,
      Offered offered,
      long rssMax,
      long threadsMax,
      double cpus,
      long backMillis,
      Map<String, Long> counted) {

    /** The phase that it is about. */
    public Offered.Phase step() {
      return offered.phases().get(1);
    }
  }

  /**
   * Something else that was tried.
   *
   * @param figures by name with unit, as {@code server CPU, % of one}
   */
  public record Finding(String experiment, String contestant, Map<String, Double> figures) {}
}
