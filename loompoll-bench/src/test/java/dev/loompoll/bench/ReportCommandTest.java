package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Results;
import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Turn;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code report} and {@code compare} as they are typed. */
class ReportCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path dir;

  private int bench(String... args) {
    return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private Path result(String name, double rate) throws IOException {
    List<Turn> base = Collections.nCopies(7, new Turn(Map.of(Figure.RATE.key(), 100.0), List.of()));
    List<Turn> mine = Collections.nCopies(7, new Turn(Map.of(Figure.RATE.key(), rate), List.of()));
    Chapter chapter =
        new Chapter(
            "churn",
            "churn",
            "churn",
            "requests",
            Figure.RATE.key(),
            "anywhere",
            "go",
            Map.of("go", base, "loompoll", mine),
            Map.of(),
            List.of());
    Path file = dir.resolve(name);
    Results.write(
        new Run(
            Run.FORMAT,
            "bench",
            "2026-01-02T03:04:05Z",
            true,
            Map.of(),
            List.of(),
            List.of(chapter)),
        file);
    return file;
  }

  @Test
  void thePageGoesBesideTheResult() throws IOException {
    Path result = result("result.json", 120);

    assertThat(bench("report", result.toString())).as(err.toString()).isZero();

    assertThat(out.toString()).contains("result.html");
    assertThat(Files.readString(dir.resolve("result.html"))).startsWith("<!DOCTYPE html>");
  }

  @Test
  void markdownGoesWithItsPicturesOrToStandardOutput() throws IOException {
    Path result = result("result.json", 120);

    assertThat(bench("report", "--markdown", result.toString())).as(err.toString()).isZero();
    assertThat(out.toString()).startsWith("# Benchmarks").contains(" | **1.20** |");
    assertThat(dir.resolve("benchmarks")).doesNotExist();

    Path page = dir.resolve("figures.md");
    assertThat(bench("report", "--markdown", result.toString(), "--out", page.toString())).isZero();
    assertThat(page).content().contains("(figures/churn.svg)");
    assertThat(dir.resolve("figures/churn.svg")).isRegularFile();
  }

  @Test
  void whatMovedIsPrinted() throws IOException {
    Path old = result("old.json", 120);
    Path now = result("new.json", 150);

    assertThat(bench("compare", old.toString(), now.toString())).as(err.toString()).isZero();

    assertThat(out.toString()).contains("better: 1").contains("+25.0 %").contains("worse: none");
  }

  @Test
  void badInputIsOneLine() throws IOException {
    Path missing = dir.resolve("none.json");
    assertThat(bench("report", missing.toString())).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("bench: no such file: " + missing + "\n");
    assertThat(bench("compare", missing.toString())).isEqualTo(2);
    Path other = Files.writeString(dir.resolve("other.json"), "[]");
    assertThat(bench("report", other.toString())).isEqualTo(1);
  }
}
