package dev.loompoll.bench.overload;

import java.util.List;
import java.util.Map;

/**
 * What an open loop offered, and what became of it. Latencies begin when a request was due. Must
 * match the load generator's {@code Book} and {@code OpenLoad}.
 *
 * @param begin of the first phase, as {@link System#nanoTime} of the machine
 * @param windows stretches of {@code windowMillis}, by when requests were due
 * @param ends connections that the server ended in order
 * @param resets those that it reset, or that could not be made
 * @param mostConnections at once, where each request has its own
 * @param idle share of its time in which the generator had nothing to do
 */
public record Offered(
    long begin,
    List<Phase> phases,
    long windowMillis,
    List<Window> windows,
    long ends,
    long resets,
    int mostConnections,
    double idle,
    Map<String, Crowd> crowds) {

  /**
   * A stretch of time with a rate. Each request that was due is served, refused, closed, unanswered
   * or not sent.
   *
   * @param served answered as done, whenever
   * @param refused answered as not done
   * @param closed its connection was ended, reset or never made
   * @param unanswered sent, and not answered until the end
   * @param notSent there was no connection that took it, or too many were under way
   * @param done answered as done within the phase, whenever due: the goodput
   * @param inTime due in it and done within 100 ms
   * @param lag how late the generator looked at requests that were due: its own fault
   */
  public record Phase(
      double perSecond,
      long millis,
      long due,
      long sent,
      long served,
      long refused,
      long closed,
      long unanswered,
      long notSent,
      long done,
      long inTime,
      Tail lag,
      Tail latency,
      Tail refusal) {

    public double goodput() {
      return done * 1e3 / millis;
    }

    public double inTimePerSecond() {
      return inTime * 1e3 / millis;
    }
  }

  /**
   * @param refused all that was not served
   * @param p99 of what was served
   */
  public record Window(long served, long refused, long p99) {}

  /**
   * Those beside the ones that are measured.
   *
   * @param attempts to connect
   * @param connected at the end
   * @param served connected at the end, with an answer on that connection
   * @param refused connections ended before an answer
   * @param lost connections ended after one
   * @param bytes sent
   * @param lastFirstAnswerNanos until the last one had its first answer, from its first attempt
   */
  public record Crowd(
      long count,
      long attempts,
      long connected,
      long served,
      long answers,
      long refused,
      long lost,
      long bytes,
      long lastFirstAnswerNanos) {}
}
