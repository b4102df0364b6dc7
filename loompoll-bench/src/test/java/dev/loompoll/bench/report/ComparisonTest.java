package dev.loompoll.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.bench.report.Comparison.Change;
import dev.loompoll.bench.report.Comparison.Verdict;
import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static List<Change> found(Comparison comparison, Verdict verdict) {
    return comparison.changes().stream().filter(c -> c.verdict() == verdict).toList();
  }

  private static Run with(
      Run run, int format, Map<String, String> machine, List<Chapter> chapters) {
    return new Run(format, run.command(), run.started(), true, machine, run.entrants(), chapters);
  }

  @Test
  void aChangeOfTenPerCentIsFound() {
    Run old = SampleRun.of(1);
    Run now = SampleRun.of(2, 7, Map.of("loompoll", 1.1, "go", 0.9));

    Comparison comparison = new Comparison(old, now);

    assertThat(found(comparison, Verdict.BETTER))
        .filteredOn(c -> c.contestant().equals("loompoll"))
        .extracting(c -> c.chapter().id())
        .contains("ping-pong-64-1", "ping-pong-64-100", "ping-pong-64-1000", "streaming");
    assertThat(found(comparison, Verdict.WORSE))
        .filteredOn(c -> c.contestant().equals("go"))
        .extracting(c -> c.chapter().id())
        .contains("ping-pong-64-1", "ping-pong-64-100", "ping-pong-64-1000", "streaming");
    assertThat(found(comparison, Verdict.WORSE)).noneMatch(c -> c.contestant().equals("loompoll"));
    assertThat(comparison.text())
        .containsPattern(
            "ping-pong-64-100 +loompoll +rate / c-epoll .*->.* \\+\\d+\\.\\d % +p 0\\.00");
  }

  /**
   * Two hundred comparisons a pair: by design at most one in a hundred, fewer with the least
   * effect.
   */
  @Test
  void runsOfTheSameSourceHaveNotMoved() {
    long looks = 0;
    long moved = 0;
    for (long seed = 0; seed < 20; seed++) {
      Comparison comparison = new Comparison(SampleRun.of(2 * seed), SampleRun.of(2 * seed + 1));
      looks += comparison.changes().size();
      moved += comparison.changes().stream().filter(c -> c.verdict() != Verdict.NOISE).count();
    }
    assertThat(looks).isGreaterThan(3000);
    assertThat(moved).isLessThanOrEqualTo(looks / 100);
  }

  @Test
  void lessLatencyIsBetter() {
    Run old = SampleRun.of(1);
    Run now = SampleRun.of(1);
    Chapter chapter = chapter(now, "fixed-rate");
    chapter
        .turns()
        .getOrDefault("loompoll", List.of())
        .forEach(turn -> turn.figures().computeIfPresent("p99", (k, v) -> v / 2));

    assertThat(found(new Comparison(old, now), Verdict.BETTER))
        .singleElement()
        .satisfies(
            c -> {
              assertThat(c.contestant()).isEqualTo("loompoll");
              assertThat(c.chapter().id()).isEqualTo("fixed-rate");
              assertThat(c.factor()).isEqualTo(0.5);
            });
  }

  @Test
  void tooFewRoundsAreSaidToBeTooFew() {
    Run old = SampleRun.of(1, 3, Map.of());
    Run now = SampleRun.of(2, 3, Map.of("loompoll", 2.0));

    Comparison comparison = new Comparison(old, now);

    assertThat(comparison.changes()).allMatch(c -> c.verdict() == Verdict.TOO_FEW);
    assertThat(comparison.text())
        .contains("better: none", "too few rounds to tell: ")
        .containsPattern("loompoll \\+\\d+\\.\\d %");
  }

  @Test
  void whatOnlyOneRunHasIsNamed() {
    Run old = SampleRun.of(1);
    List<Chapter> chapters = new ArrayList<>(SampleRun.of(2).chapters());
    chapters.removeIf(c -> c.id().equals("churn"));
    chapters.getFirst().turns().remove("go");
    Run now = with(old, Run.FORMAT, old.machine(), chapters);

    assertThat(new Comparison(old, now).text())
        .contains("only in the old run: workload churn; ping-pong-64-1: go")
        .doesNotContain("only in the new run");
    assertThat(new Comparison(now, old).text())
        .contains("only in the new run: workload churn; ping-pong-64-1: go");
  }

  @Test
  void anotherBaselineIsTakenWhereTheOldOneIsMissing() {
    Run old = SampleRun.of(1);
    Run now = SampleRun.of(2);
    now.chapters().forEach(c -> c.turns().remove("c-epoll"));

    Comparison comparison = new Comparison(old, now);

    assertThat(comparison.changes()).noneMatch(c -> c.baseline().equals("c-epoll"));
    assertThat(comparison.changes()).isNotEmpty();
  }

  @Test
  void otherFormatsAreRefused() {
    Run run = SampleRun.of(1);
    Run other = with(run, 2, run.machine(), run.chapters());
    assertThatThrownBy(() -> new Comparison(run, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the runs cannot be compared: format 1 and format 2");
  }

  @Test
  void anotherMachineAndAnotherPhaseAreWarnedOf() {
    Run old = SampleRun.of(1);
    Map<String, String> machine = new LinkedHashMap<>(old.machine());
    machine.put("cpu", "another CPU");
    machine.put("load", "3.5"); // is no other machine
    Run now = with(old, Run.FORMAT, machine, SampleRun.of(2).chapters());
    chapter(now, "churn")
        .turns()
        .getOrDefault("c-epoll", List.of())
        .forEach(turn -> turn.figures().computeIfPresent("kernelNanos", (k, v) -> v * 2));

    assertThat(new Comparison(old, now).warnings())
        .contains("not the same machine: cpu: Example EPYC 32-Core Processor, then another CPU")
        .anyMatch(w -> w.startsWith("churn: another phase of the machine"))
        .noneMatch(w -> w.contains("load"));
  }

  /** The one that answered nobody answers now: no figure, but no failure either. */
  @Test
  void fromNothingToSomethingIsBetter() {
    Run old = SampleRun.of(1);
    Run now = SampleRun.of(2);
    chapter(now, "stall")
        .turns()
        .getOrDefault("jdk-virtual", List.of())
        .forEach(turn -> turn.figures().put("rate", 5000.0));

    assertThat(new Comparison(old, now).text())
        .containsPattern("stall +jdk-virtual .* from nothing");
  }

  private static Chapter chapter(Run run, String id) {
    return run.chapters().stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
  }
}
