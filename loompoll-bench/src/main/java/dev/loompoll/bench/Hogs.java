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
public record Hogs(int count, String kind, int millis) {
  public static final String SPIN = "spin";
  public static final String BLOCKED = "blocked";
  public static final List<String> KINDS = List.of(SPIN, "lock", "gc", BLOCKED, "none");

  public static final Hogs NONE = new Hogs(0, SPIN, 0);

  public boolean any() {
    return count > 0;
  }

  public boolean spin() {
    return kind.equals(SPIN);
  }

  /** For the report. */
  public String text() {
    return switch (kind) {
      case SPIN -> millis == 0 ? "that spin without end" : millis + " ms of spinning back to back";
      case "lock" -> "that take and free the lock which each echo takes";
      case "none" -> "that do nothing";
      case "gc" -> "full collections a few times a second";
      default -> "blocked in a native call, a FIFO, name resolution, a pinned park";
    };
  }
}
