package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever stops the bench stops its servers too, whatever way he does it. */
@Timeout(120)
class InterruptTest {
  /** Starts a bench, and returns when it has measured something, with all its children. */
  private static Process bench() throws IOException {
    Process bench =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "ping-pong",
                "--contestants",
                "loompoll,jdk-virtual",
                "--baseline",
                "loompoll",
                "--slice",
                "100ms",
                "--warmup",
                "100ms",
                "--rounds",
                "100000")
            .redirectErrorStream(true)
            .start();
    BufferedReader in = new BufferedReader(new InputStreamReader(bench.getInputStream()));
    for (String line; (line = in.readLine()) != null; ) {
      if (line.startsWith("round 1/")) {
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

  private static void stop(String signal) throws Exception {
    Process bench = bench();
    List<ProcessHandle> children = bench.descendants().toList();
    assertThat(children).hasSizeGreaterThanOrEqualTo(3);

    new ProcessBuilder("kill", "-" + signal, Long.toString(bench.pid())).start().waitFor();

    assertThat(bench.waitFor(30, TimeUnit.SECONDS)).isTrue();
    for (ProcessHandle child : children) {
      child.onExit().get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void interrupted() throws Exception {
    stop("INT");
  }

  @Test
  void killed() throws Exception {
    stop("KILL");
  }
}
