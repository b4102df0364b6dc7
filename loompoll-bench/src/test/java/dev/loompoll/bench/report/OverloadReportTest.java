package dev.loompoll.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.overload.Offered;
import dev.loompoll.bench.overload.OverloadRun;
import dev.loompoll.bench.overload.OverloadRun.Finding;
import dev.loompoll.bench.overload.OverloadRun.Step;
import dev.loompoll.bench.overload.Tail;
import dev.loompoll.bench.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverloadReportTest {
  @TempDir Path dir;

  private static Step step(String contestant, double factor, long done, long back) {
    Tail tail = new Tail(1_000_000, 20_000_000, 30_000_000);
    Offered.Phase p =
        new Offered.Phase(
            1000 * factor, 1000, 100, 99, 50, 30, 10, 9, 1, done, 45, tail, tail, tail);
    Offered offered =
        new Offered(
            1, List.of(p, p, p), 200, List.of(new Offered.Window(1, 2, 3)), 4, 5, 6, 0.7, Map.of());
    return new Step(
        contestant,
        "persistent",
        "1 ms of CPU",
        factor,
        1000,
        offered,
        300L << 20,
        12,
        0.98,
        back,
        Map.of("requests", 50L, "refused.QUEUE_DELAY", 30L));
  }

  private static OverloadRun run() {
    return new OverloadRun(
        OverloadRun.FORMAT,
        "bench overload",
        "2026-01-01T00:00:00Z",
        Map.of("cpu", "one of them"),
        List.of(
            step("goroutine", 1, 950, 0),
            step("goroutine", 10, 910, 1600),
            step("go", 10, 990, -1)),
        List.of(new Finding("drain", "goroutine", Map.of("read and lost", 0.0))),
        Map.of("thread", "failed: it has ended"));
  }

  @Test
  void thereAndBackAgain() throws IOException {
    Path file = dir.resolve("run.json");
    Results.write((Object) run(), file);
    assertThat(Results.read(file, OverloadRun.class)).isEqualTo(run());
  }

  @Test
  void everyFateIsInTheTable() {
    assertThat(OverloadReport.markdown(List.of(run()), ""))
        .contains(
            "### Persistent connections, handler 1 ms of CPU",
            "| goroutine | 10 | 1,000 | 910 | **0.91** | 0.05 | 1 / 20 / 30 | 20 | 30 | 10 | 9 | 1 |"
                + " 30, queue_delay 30 | 1.6 | 300 | 12 | 0.98 | 20 / 30 |",
            "| never |",
            "- NOISE: the load generator was late at goroutine, 10×",
            "### Drain",
            "| read and lost | 0 |",
            "- Not here: thread: failed: it has ended");
  }

  @Test
  void thePicturesAreWellFormed() throws Exception {
    Path file = dir.resolve("overload.md");
    OverloadReport.write(List.of(run()), file);

    try (var pictures = Files.list(dir.resolve("overload"))) {
      List<Path> all = pictures.toList();
      assertThat(all).hasSize(2);
      for (Path picture : all) {
        var document =
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(picture.toFile());
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        assertThat(Files.readString(file)).contains("overload/" + picture.getFileName());
        assertThat(Files.readString(picture)).contains(">goroutine<", ">go<", ">10×<");
      }
    }
  }
}
