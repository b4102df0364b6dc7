package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.Contestant.Command;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bench end to end, in fractions of a second: that it counts, not how fast anybody is. */
@Timeout(300)
class BenchTest {
  private static final String BROKEN = "broken";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path dir;

  private int bench(String... args) {
    return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private int pingPong(Path json, String contestants, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "ping-pong",
                "--contestants",
                contestants,
                "--baseline",
                "loompoll",
                "--connections",
                "10",
                "--rounds",
                "2",
                "--slice",
                "200ms",
                "--warmup",
                "400ms",
                "--json",
                json.toString()));
    args.addAll(List.of(more));
    return bench(args.toArray(String[]::new));
  }

  private static List<Double> numbers(String json, String key) {
    List<Double> found = new ArrayList<>();
    Matcher m = Pattern.compile("\"" + key + "\": ([-+0-9.e]+)").matcher(json);
    while (m.find()) {
      found.add(Double.parseDouble(m.group(1)));
    }
    return found;
  }

  @AfterEach
  void nothingIsLeftBehind() {
    Contestants.ALL.remove(BROKEN);
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }

  @Test
  @Tag("system")
  void twoContestantsTakeTurns() throws IOException {
    Path json = dir.resolve("figures.json");

    assertThat(pingPong(json, "loompoll,jdk-virtual")).as(err.toString()).isZero();

    String figures = Files.readString(json);
    assertThat(numbers(figures, "echoes")).hasSize(4).allMatch(n -> n > 0);
    assertThat(numbers(figures, "p50")).hasSize(4).allMatch(n -> n > 1000 && n < 10e9);
    assertThat(numbers(figures, "missing")).hasSize(4).allMatch(n -> n == 0);
    assertThat(numbers(figures, "nanos")).allMatch(n -> n >= 200e6);
    assertThat(figures).contains("\"jdk-virtual\"", "\"cpu\"", "\"kernel\"");
    assertThat(out.toString()).contains("loompoll", "jdk-virtual", "phase:", "machine:");
  }

  @Test
  @Tag("system")
  void messagesOfAKilobyteBesideAFlood() throws IOException {
    Path json = dir.resolve("figures.json");

    int status =
        pingPong(json, "loompoll@2", "--size", "1024", "--think", "1ms", "--flooders", "1");

    assertThat(status).as(err.toString()).isZero();
    assertThat(numbers(Files.readString(json), "echoes")).hasSize(2).allMatch(n -> n > 0);
    assertThat(numbers(Files.readString(json), "flooded")).allMatch(n -> n > 0);
  }

  /** How many echoes are left beside hogs is not for a test to say: they may be none. */
  @Test
  @Tag("system")
  void hogsBurnDuringTheTurn() throws IOException {
    Path json = dir.resolve("figures.json");

    int status = pingPong(json, "loompoll@2", "--hogs", "1", "--hog-millis", "1", "--unpinned");

    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("1 hogs (1 ms of spinning back to back", "a turn of loompoll@2:  leastShare");
    assertThat(numbers(Files.readString(json), "echoes")).hasSize(2);
  }

  @Test
  void anUnknownPieceOfWorkIsAUsageError() {
    assertThat(bench("sched", "--only", "ring,knitting")).isEqualTo(2);
    assertThat(err.toString()).contains("'knitting'").contains("wake-net", "deadlines");
  }

  @Test
  void anUnknownContestantIsAUsageError() {
    assertThat(bench("ping-pong", "--contestants", "loompoll,nobody")).isEqualTo(2);
    assertThat(err.toString()).contains("nobody").contains(Contestants.ALL.keySet());
  }

  @Test
  void whoCannotStartIsShownAndTheOthersGoOn() throws IOException {
    Contestants.ALL.put(
        BROKEN,
        new Contestant(
            BROKEN,
            "never listens",
            launch -> new Command(List.of("sh", "-c", "echo out of luck; exit 3"), Map.of())));
    Path json = dir.resolve("figures.json");

    assertThat(pingPong(json, BROKEN + ",loompoll")).isZero();

    assertThat(err.toString()).contains("out of luck");
    assertThat(out.toString()).contains("left out: " + BROKEN);
    assertThat(numbers(Files.readString(json), "echoes")).hasSize(2);
  }

  @Test
  @Tag("system")
  void idleConnectionsAnswer() {
    assertThat(bench("idle", "--contestants", "loompoll", "--connections", "50"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("bytes/connection");
  }

  @Test
  @Tag("system")
  void connectionsAreSpreadOverTheEpolls() {
    assertThat(bench("epolls", "--contestants", "loompoll@2", "--connections", "100"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("100 connections").contains("fd ");
  }
}
