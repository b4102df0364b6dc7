package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.result.Results;
import dev.loompoll.bench.result.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever stops the bench stops its servers too, whatever way he does it. */
@Tag("system")
@Timeout(300)
class InterruptTest {
  @TempDir Path dir;

  /** Starts a bench, and returns when it has measured something, with all its children. */
  private static Process bench(String... what) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "env",
                "--default-signal=INT", // a shell's background job has it ignored, and we inherit
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    words.addAll(List.of(what));
    words.addAll(
        List.of(
            "--contestants",
            "loompoll,jdk-virtual",
            "--baseline",
            "loompoll",
            "--slice",
            "100ms",
            "--warmup",
            "100ms",
            "--rounds",
            "100000"));
    Process bench = new ProcessBuilder(words).redirectErrorStream(true).start();
    BufferedReader in = new BufferedReader(new InputStreamReader(bench.getInputStream()));
    for (String line; (line = in.readLine()) != null; ) {
      if (line.strip().startsWith("round 1/")) {
        Thread.ofPlatform().daemon().start(() -> discard(in));
        return bench;
      }
    }
    throw new IOException("the bench ended early");
  }

  private static void discard(BufferedReader in) {
    try {
      while (in.readLine() != null) {
        // only so that it can go on
      }
    } catch (IOException e) {
      // it has ended
    }
  }

  private static void stop(Process bench, String signal) throws Exception {
    List<ProcessHandle> children = bench.descendants().toList();
    assertThat(children).hasSizeGreaterThanOrEqualTo(3);
    if (signal.equals("INT")) { // a terminal tells all of them, and the children first
      for (ProcessHandle child : children) {
        signal(signal, child.pid());
      }
    }

    try {
      signal(signal, bench.pid());

      assertThat(bench.waitFor(30, TimeUnit.SECONDS)).isTrue();
      for (ProcessHandle child : children) {
        child.onExit().get(30, TimeUnit.SECONDS);
      }
    } finally {
      bench.destroyForcibly(); // its children see their stdin end
    }
  }

  private static void signal(String signal, long pid) throws Exception {
    new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
  }

  @Test
  void interrupted() throws Exception {
    stop(bench("ping-pong"), "INT");
  }

  @Test
  void killed() throws Exception {
    stop(bench("ping-pong"), "KILL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void theSuiteKeepsTheRoundsThatAreDone(String signal) throws Exception {
    stop(bench("--workloads", "pipelined", "--out", dir.toString()), signal);

    Run run = Results.read(dir.resolve("result.json"));
    assertThat(run.complete()).isFalse();
    assertThat(run.chapters()).hasSize(1);
    assertThat(run.chapters().getFirst().leftOut()).isEmpty();
    assertThat(run.chapters().getFirst().turns())
        .hasSize(2)
        .allSatisfy((name, turns) -> assertThat(turns).isNotEmpty());
  }
}
