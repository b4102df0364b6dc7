package dev.loompoll.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A contestant's colour, the same in every chart.
 *
 * <p>Hues tell families apart, and are those of Okabe and Ito, which people with any colour vision
 * can tell apart; lightness and the dashes of lines tell the members. The C loops are grey: they
 * are no competitors but the limit. Loompoll alone is blue.
 */
final class Palette {
  /** Whom the page is about. */
  static final String HERO = "loompoll";

  /** On light and on dark ground. */
  record Look(String light, String dark, String line) {
    Map<String, String> asMap() {
      return Map.of("light", light, "dark", dark, "line", line);
    }
  }

  private static final Map<String, Look> KNOWN = new LinkedHashMap<>();

  static {
    KNOWN.put("c-epoll", new Look("#6b7280", "#9ca3af", "solid"));
    KNOWN.put("c-io_uring", new Look("#9ca3af", "#6b7280", "dashed"));
    KNOWN.put("loompoll", new Look("#0063b1", "#4da6ff", "solid"));
    KNOWN.put("loompoll-fallback", new Look("#56a5de", "#9fd0ff", "dashed"));
    KNOWN.put("jdk-virtual", new Look("#c76a00", "#ff9f40", "solid"));
    KNOWN.put("jdk-virtual-poller1", new Look("#e69f00", "#ffc266", "dashed"));
    KNOWN.put("jdk-virtual-poller2", new Look("#a85a1c", "#d98545", "dotted"));
    KNOWN.put("jdk-platform", new Look("#7a4a12", "#b98a58", "dashed"));
    KNOWN.put("netty-nio", new Look("#7fbf9f", "#5fae8c", "dotted"));
    KNOWN.put("netty-epoll", new Look("#00795a", "#2fc795", "solid"));
    KNOWN.put("netty-io_uring", new Look("#2ea37f", "#8ce0c0", "dashed"));
    KNOWN.put("go", new Look("#b0447f", "#f08cc0", "solid"));
    // models of servers
    KNOWN.put("goroutine", new Look("#0063b1", "#4da6ff", "solid"));
    KNOWN.put("pipeline", new Look("#56a5de", "#9fd0ff", "dashed"));
    KNOWN.put("reactor", new Look("#00795a", "#2fc795", "solid"));
    KNOWN.put("classic", new Look("#2ea37f", "#8ce0c0", "dashed"));
    KNOWN.put("loop", new Look("#7fbf9f", "#5fae8c", "dotted"));
    KNOWN.put("thread", new Look("#7a4a12", "#b98a58", "dashed"));
    KNOWN.put("bare-goroutine", new Look("#6b7280", "#9ca3af", "dotted"));
  }

  private static final List<Look> OTHERS =
      List.of(
          new Look("#6d4fb3", "#b49bf0", "solid"),
          new Look("#a33b3b", "#f08a8a", "dashed"),
          new Look("#7a7a1f", "#cfcf6a", "dotted"));

  private Palette() {}

  /**
   * {@code loompoll@2} and {@code loompoll+demotion=0} are of their family, as far as nobody else
   * looks so already.
   */
  static Map<String, Look> of(List<String> contestants) {
    Map<String, Look> looks = new LinkedHashMap<>();
    int others = 0;
    for (String name : contestants) {
      Look known = KNOWN.get(name);
      if (known == null) {
        known = family(name, contestants);
      }
      looks.put(name, known == null ? OTHERS.get(others++ % OTHERS.size()) : known);
    }
    return looks;
  }

  private static @Nullable Look family(String name, List<String> contestants) {
    String plain = name.replaceFirst("[@+].*", "");
    return contestants.contains(plain) ? null : KNOWN.get(plain);
  }
}
