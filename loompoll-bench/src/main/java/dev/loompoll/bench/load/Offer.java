package dev.loompoll.bench.load;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an {@link OpenLoad} is to do.
 *
 * @param connections over which requests are spread; 0 is one connection a request
 * @param inFlight the most of those at once
 * @param work as {@link Frames} has it
 * @param graceMillis how long answers are awaited after the last phase
 * @param reconnect whether those that are sent away come again; else it ends when none is left
 * @param crowds how many of each kind
 */
record Offer(
    int connections,
    int inFlight,
    int work,
    List<Book.Phase> phases,
    long graceMillis,
    long seed,
    boolean reconnect,
    Map<String, Integer> crowds) {

  /**
   * From {@code key=value} words.
   *
   * <p>{@code phases=RATE:MILLIS,...} and {@code crowds=KIND:COUNT,...}; the others are numbers.
   */
  static Offer parse(List<String> words) {
    Map<String, String> given = new HashMap<>();
    for (String word : words) {
      int eq = word.indexOf('=');
      given.put(word.substring(0, Math.max(0, eq)), word.substring(eq + 1));
    }
    List<Book.Phase> phases = new ArrayList<>();
    for (String[] pair : pairs(given.getOrDefault("phases", ""))) {
      phases.add(new Book.Phase(Double.parseDouble(pair[0]), Long.parseLong(pair[1])));
    }
    Map<String, Integer> crowds = new LinkedHashMap<>();
    for (String[] pair : pairs(given.getOrDefault("crowds", ""))) {
      crowds.put(pair[0], Integer.parseInt(pair[1]));
    }
    return new Offer(
        Integer.parseInt(given.getOrDefault("connections", "0")),
        Integer.parseInt(given.getOrDefault("in-flight", "5000")),
        Integer.parseInt(given.getOrDefault("work", "0")),
        phases,
        Long.parseLong(given.getOrDefault("grace", "2000")),
        Long.parseLong(given.getOrDefault("seed", "1")),
        Boolean.parseBoolean(given.getOrDefault("reconnect", "true")),
        crowds);
  }

  private static List<String[]> pairs(String text) {
    List<String[]> pairs = new ArrayList<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(",")) {
      pairs.add(pair.split(":", 2));
    }
    return pairs;
  }
}
