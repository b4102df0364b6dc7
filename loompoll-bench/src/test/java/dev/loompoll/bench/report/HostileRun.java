package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Turn;
import java.util.List;
import java.util.Map;

/** A run in which every text tries to leave the place where it is shown. */
final class HostileRun {
  /** Ends elements, attributes, scripts, comments, JSON strings, table cells and code spans. */
  static final String EVIL =
      "\"'><img src=x onerror=alert(1)></script><script>alert(2)</script><!-- {{run}} $1 \\ | `x`"
          + " [a](b) \u0000\u2028 </style>";

  private HostileRun() {}

  static Run run() {
    String name = "n" + EVIL;
    Turn turn =
        new Turn(
            Map.of(Figure.RATE.key(), 100.0, EVIL, 1.0),
            List.of(new double[] {0.5, 10}, new double[] {1, 20}));
    Chapter chapter =
        new Chapter(
            "../" + EVIL,
            EVIL,
            EVIL,
            EVIL,
            Figure.RATE.key(),
            EVIL,
            name,
            Map.of(name, List.of(turn, turn)),
            Map.of("gone" + EVIL, "its own output: " + EVIL),
            List.of(EVIL));
    return new Run(
        Run.FORMAT,
        EVIL,
        EVIL,
        false,
        Map.of(EVIL, EVIL),
        List.of(new Run.Entrant(name, EVIL, EVIL, EVIL)),
        List.of(chapter));
  }
}
