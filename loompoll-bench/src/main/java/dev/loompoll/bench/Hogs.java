package dev.loompoll.bench;

import java.util.List;

/**
 * What stands in the way of the echoes in a server, during its turn.
 *
 * @param count how many goroutines
 * @param kind what they do, one of {@link #KINDS}
 * @param millis how long each of those that spin is at it before the next takes its place; 0 is
 *     without end
 */
record Hogs(int count, String kind, int millis) {
  static final String SPIN = "spin";
  static final String BLOCKED = "blocked";
  static final List<String> KINDS = List.of(SPIN, "lock", "gc", BLOCKED, "none");

  static final Hogs NONE = new Hogs(0, SPIN, 0);

  boolean any() {
    return count > 0;
  }

  boolean spin() {
    return kind.equals(SPIN);
  }

  /** For the report. */
  String text() {
    return switch (kind) {
      case SPIN -> millis == 0 ? "that spin without end" : millis + " ms of spinning back to back";
      case "lock" -> "that take and free the lock which each echo takes";
      case "none" -> "that do nothing";
      case "gc" -> "full collections a few times a second";
      default -> "blocked in a native call, a FIFO, name resolution, a pinned park";
    };
  }
}
