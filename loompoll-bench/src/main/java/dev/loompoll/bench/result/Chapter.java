package dev.loompoll.bench.result;

import java.util.List;
import java.util.Map;

/**
 * One workload.
 *
 * @param id unique in a run, and the same in the next: {@code ping-pong-64-100}
 * @param workload its kind: {@code ping-pong}, {@code churn}, ...
 * @param title for people: {@code ping-pong, 64 bytes, 100 connections}
 * @param unit what the rate counts: {@code echoes}, {@code requests}, {@code bytes}; empty if none
 * @param main the key of the {@link Figure} that the workload is about
 * @param placement who ran where, and how long
 * @param baseline the contestant that ratios refer to
 * @param turns by contestant, one a round, in the order of the rounds
 * @param leftOut who does not take part here, and why, with its own output
 * @param notes what a reader must know: a generator near its limit, replies missing, other load
 */
public record Chapter(
    String id,
    String workload,
    String title,
    String unit,
    String main,
    String placement,
    String baseline,
    Map<String, List<Turn>> turns,
    Map<String, String> leftOut,
    List<String> notes) {}
