package dev.loompoll.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  @TempDir Path dir;

  private static Run run(int format) {
    Turn turn =
        new Turn(
            Map.of(Figure.RATE.key(), 123_456.75, Figure.P50.key(), 800.0),
            List.of(new double[] {0.5, 800}, new double[] {0.99999, 1e9}));
    Chapter chapter =
        new Chapter(
            "ping-pong-64-100",
            "ping-pong",
            "ping-pong, 64 bytes, 100 connections",
            "echoes",
            Figure.RATE.key(),
            "server on CPU 0",
            "c-epoll",
            Map.of("loompoll", List.of(turn, turn), "c-epoll", List.of(turn)),
            Map.of("go", "cannot start: \"no go\"\n  on the PATH"),
            List.of("a note"));
    return new Run(
        format,
        "bench --quick",
        "2026-01-02T03:04:05+00:00",
        false,
        Map.of("cpu", "some ☃ CPU", "cpus", "2"),
        List.of(new Run.Entrant("loompoll", "goroutines", "0.1", "as it is")),
        List.of(chapter));
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = dir.resolve("result.json");
    Run run = run(Run.FORMAT);
    Results.write(run(7), file); // is replaced

    Results.write(run, file);

    assertThat(Results.read(file)).usingRecursiveComparison().isEqualTo(run);
    assertThat(dir).isDirectoryContaining(p -> p.equals(file));
    try (var files = Files.list(dir)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void whatIsNoResultIsToldInOneLine() throws IOException {
    Path file = dir.resolve("result.json");
    for (String text : List.of("", "nonsense", "[]", "{}", "{\"format\": 1}", "null")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> Results.read(file))
          .as("'%s'", text)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString())
          .extracting(e -> e.getMessage().lines().count())
          .isEqualTo(1L);
    }
    Results.write(run(2), file);
    assertThatThrownBy(() -> Results.read(file)).hasMessageContaining("format 2");
  }

  @Test
  void whatALaterVersionAddsIsSkipped() throws IOException {
    Path file = dir.resolve("result.json");
    Results.write(run(Run.FORMAT), file);
    Files.writeString(file, Files.readString(file).replaceFirst("\\{", "{\"weather\": \"fine\","));
    assertThat(Results.read(file).chapters()).hasSize(1);
  }
}
