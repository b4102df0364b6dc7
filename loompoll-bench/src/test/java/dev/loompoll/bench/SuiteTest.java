package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.Contestant.Command;
import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;
import dev.loompoll.bench.result.Results;
import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Turn;
import dev.loompoll.bench.suite.Workloads;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The suite end to end, in fractions of a second: that it counts, not how fast anybody is. */
@Timeout(300)
class SuiteTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path dir;

  private int suite(String contestants, String workloads, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--contestants",
                contestants,
                "--workloads",
                workloads,
                "--rounds",
                "2",
                "--slice",
                "150ms",
                "--warmup",
                "150ms",
                "--idle-connections",
                "50",
                "--quick",
                "--out",
                dir.resolve("made/for/it").toString()));
    args.addAll(List.of(more));
    return Main.execute(
        new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(String[]::new));
  }

  private Run result() throws IOException {
    return Results.read(dir.resolve("made/for/it/result.json"));
  }

  @AfterEach
  void nothingIsLeftBehind() {
    Contestants.ALL.keySet().removeIf(name -> name.startsWith("bad-"));
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }

  /** Takes part until the end of the test; named {@code bad-} and so on. */
  private static void add(String name, List<String> command) {
    Contestants.ALL.put(
        name, new Contestant(name, "for this test", l -> new Command(command, Map.of())));
  }

  private static void addBadServer(BadServer.Way way) {
    add(
        "bad-" + way,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            BadServer.class.getName(),
            way.name()));
  }

  private static double rate(Turn turn) {
    return turn.figures().get(Figure.RATE.key());
  }

  @Test
  @Tag("system")
  void everyWorkloadIsMeasured() throws IOException {
    String workloads =
        "ping-pong-64-1,ping-pong-1024-100,pipelined,streaming,churn,latency,idle-memory";

    assertThat(suite("loompoll,jdk-virtual", workloads)).as(err.toString()).isZero();

    Run run = result();
    assertThat(run.complete()).isTrue();
    assertThat(run.command()).startsWith("bench --contestants loompoll,jdk-virtual");
    assertThat(run.machine()).containsKeys("cpu", "kernel", "jdk");
    assertThat(run.entrants())
        .extracting(Run.Entrant::name)
        .containsExactly("loompoll", "jdk-virtual");
    assertThat(run.chapters()).hasSize(7);
    for (Chapter c : run.chapters()) {
      boolean memory = c.workload().equals("idle-memory");
      assertThat(c.leftOut()).as(c.id()).isEmpty();
      // As the C loop does not take part. Which of those that do, TurnsTest asks: fifty idle
      // connections may take no memory at all, and then there is nothing to compare with.
      assertThat(c.baseline()).as(c.id()).isIn("loompoll", "jdk-virtual");
      assertThat(c.turns()).containsOnlyKeys("loompoll", "jdk-virtual");
      for (List<Turn> turns : c.turns().values()) {
        assertThat(turns).hasSize(memory ? 1 : 2);
        for (Turn t : turns) {
          assertThat(t.figures()).containsKey(c.main());
          assertThat(t.figures().values()).allMatch(Double::isFinite);
          if (memory) {
            assertThat(t.figures()).containsKey(Figure.HEAP_BYTES.key());
          } else if (c.workload().equals("streaming")) {
            assertThat(t.curve()).isEmpty();
          } else if (rate(t) > 0) {
            assertThat(t.curve()).as(c.id()).isNotEmpty();
          }
        }
        if (!memory) { // one slice may be too short for a slow machine
          assertThat(turns).as(c.id()).anyMatch(t -> rate(t) > 0);
        }
      }
    }
    assertThat(out.toString()).contains("ratio to loompoll", "phase:", "half of the peak");
    assertThat(err.toString()).contains("[7/7]", "round 2/2", " left");
  }

  /**
   * How many echoes are left beside hogs is not for a test to say: they may be none. Where others
   * have the CPU, replies may even be so late that the suite leaves the server out: then it tries
   * again.
   */
  @Test
  @Tag("system")
  void somebodyStandsInTheWay() throws IOException {
    int status = suite("loompoll", "stall-spin");
    for (int again = 0; again < 5 && err.toString().contains("did not come"); again++) {
      err.getBuffer().setLength(0);
      status = suite("loompoll", "stall-spin");
    }
    assertThat(status).as(err.toString()).isZero();
    assertThat(result().chapters().getFirst().turns().get("loompoll")).hasSize(2);
  }

  @Test
  void badOnesAreLeftOutAndTheOthersGoOn() throws IOException {
    addBadServer(BadServer.Way.CORRUPTS);
    addBadServer(BadServer.Way.LOSES);
    addBadServer(BadServer.Way.CLOSES);
    add("bad-start", List.of("sh", "-c", "echo out of luck; exit 3"));

    int status = suite("bad-start,bad-CORRUPTS,loompoll,bad-LOSES,bad-CLOSES", "pipelined");

    assertThat(status).as(err.toString()).isZero();
    Chapter pipelined = result().chapters().getFirst();
    assertThat(pipelined.turns()).containsOnlyKeys("loompoll");
    assertThat(pipelined.leftOut())
        .hasEntrySatisfying("bad-start", why -> assertThat(why).contains("out of luck"))
        .hasEntrySatisfying("bad-CORRUPTS", why -> assertThat(why).contains("other bytes"))
        .hasEntrySatisfying("bad-LOSES", why -> assertThat(why).contains("did not come"))
        .hasEntrySatisfying("bad-CLOSES", why -> assertThat(why).contains("closed"));
    assertThat(err.toString()).contains("bad-start is left out: cannot start", "out of luck");
    assertThat(out.toString()).contains("left out: bad-LOSES: failed");
  }

  @Test
  void withNobodyLeftItFails() throws IOException {
    add("bad-start", List.of("sh", "-c", "exit 3"));
    assertThat(suite("bad-start", "pipelined")).isEqualTo(1);
    assertThat(result().chapters().getFirst().turns()).isEmpty();
  }

  @Test
  void whatDoesNotExistIsAUsageError() {
    assertThat(suite("loompoll", "pipelined,knitting")).isEqualTo(2);
    assertThat(err.toString()).contains("'knitting'").contains(Workloads.names());
    assertThat(suite("loompoll,nobody", "pipelined")).isEqualTo(2);
    assertThat(err.toString()).contains("'nobody'").contains(Contestants.ALL.keySet());
    assertThat(suite("loompoll", "pipelined", "--rounds", "0")).isEqualTo(2);
    assertThat(suite("loompoll", "pipelined", "--procs", "-1")).isEqualTo(2);
    assertThat(suite("loompoll", "pipelined", "--slice", "soon")).isEqualTo(2);
    assertThat(suite("loompoll", "pipelined", "--baseline", "nobody")).isEqualTo(2);
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void helpSaysWhatThereIs() {
    assertThat(Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), "--help"))
        .isZero();
    assertThat(out.toString())
        .contains("--quick", "ping-pong-64-10000", "idle-memory", "loompoll-fallback", "validate");
  }
}
