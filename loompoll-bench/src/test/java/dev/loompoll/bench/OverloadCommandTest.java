package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.overload.Offered;
import dev.loompoll.bench.overload.OverloadRun;
import dev.loompoll.bench.overload.OverloadRun.Step;
import dev.loompoll.bench.result.Results;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The experiments end to end, in fractions of a second: that they count, not how anybody fares. */
@Timeout(300)
class OverloadCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path dir;

  private int bench(String... args) {
    return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private int overload(Path json, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "overload",
                "--time",
                "1s",
                "--around",
                "300ms",
                "--slice",
                "50ms",
                "--warmup",
                "100ms",
                "--grace",
                "500ms",
                "--json",
                json.toString()));
    args.addAll(List.of(more));
    return bench(args.toArray(String[]::new));
  }

  @AfterEach
  void nothingIsLeftBehind() {
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }

  @Test
  @Tag("system")
  void stepsAndTheirReport() throws IOException {
    Path json = dir.resolve("steps.json");

    int status =
        overload(
            json,
            "--contestants",
            "goroutine,bare-goroutine",
            "--factors",
            "2",
            "--connections",
            "20");

    assertThat(status).as(err.toString()).isZero();
    List<Step> steps = Results.read(json, OverloadRun.class).steps();
    assertThat(steps).extracting(Step::contestant).containsExactly("goroutine", "bare-goroutine");
    for (Step s : steps) {
      assertThat(s.capacity()).isPositive();
      assertThat(s.rssMax()).isPositive();
      assertThat(s.threadsMax()).isPositive();
      assertThat(s.counted()).containsKey("requests");
      for (Offered.Phase p : s.offered().phases()) {
        assertThat(p.due()).isPositive();
        assertThat(p.served() + p.refused() + p.closed() + p.unanswered() + p.notSent())
            .isEqualTo(p.due());
      }
    }
    assertThat(out.toString()).contains("goodput", "bare-goroutine");
    Path page = dir.resolve("page.md");
    assertThat(bench("overload", "report", "--out", page.toString(), json.toString())).isZero();
    assertThat(Files.readString(page)).contains("bare-goroutine", "1 ms of CPU");
  }

  @Test
  @Tag("system")
  void aDrainLosesNothing() throws IOException {
    Path json = dir.resolve("drain.json");

    int status = overload(json, "drain", "--contestants", "goroutine", "--good", "20");

    assertThat(status).as(err.toString()).isZero();
    assertThat(Results.read(json, OverloadRun.class).findings().getFirst().figures())
        .containsEntry("read and lost", 0.0)
        .containsEntry("ended by one signal within 1 s", 0.0);
  }

  @Test
  void whatDoesNotExistIsAUsageError() {
    assertThat(bench("overload", "knitting")).isEqualTo(2);
    assertThat(err.toString()).contains("'knitting'").contains("descriptors");
    assertThat(bench("overload", "--contestants", "nobody")).isEqualTo(2);
    assertThat(err.toString()).contains("'nobody'").contains(OverloadContestants.all());
    assertThat(bench("overload", "drain", "--contestants", "go")).isEqualTo(2);
    assertThat(bench("overload", "--contestants", "goroutine", "--slice", "0ms")).isEqualTo(2);
    assertThat(err.toString()).contains("--slice is 1ms at least");
    assertThat(bench("models", "--models", "nobody")).isEqualTo(2);
    assertThat(err.toString()).contains(Models.ALL.keySet());
  }

  @Test
  @Tag("system")
  void modelsTakeTurns() throws IOException {
    int status =
        bench(
            "models",
            "--models",
            "goroutine,thread",
            "--rounds",
            "1",
            "--slice",
            "150ms",
            "--warmup",
            "150ms",
            "--out",
            dir.toString());

    assertThat(status).as(err.toString()).isZero();
    assertThat(Files.readString(dir.resolve("models.md")))
        .contains("| goroutine | **", "| thread | **", "**1.00") // whoever that is
        .doesNotContain("failed");
  }
}
