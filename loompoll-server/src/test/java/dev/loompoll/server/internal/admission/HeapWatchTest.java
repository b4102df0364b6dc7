package dev.loompoll.server.internal.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeapWatchTest {
  private static final long MILLI = 1_000_000;

  private long now = 7;
  private long young;
  private long old;
  private int reads;

  private HeapWatch watch() {
    HeapWatch watch = new HeapWatch(1_000, () -> now);
    watch.watch(
        List.of(
            () -> {
              reads++;
              return young;
            },
            () -> old));
    return watch;
  }

  @Test
  void nothingIsKnownBeforeThereArePools() {
    assertThat(new HeapWatch(1_000, () -> now).getAsDouble()).isZero();
  }

  @Test
  void whatAllPoolsHaveOfTheHeap() {
    young = 100;
    old = 600;
    HeapWatch watch = watch();
    assertThat(watch.getAsDouble()).isEqualTo(0.7);
  }

  @Test
  void poolsThatOverlapAreNotMoreThanAll() {
    young = 800;
    old = 800;
    assertThat(watch().getAsDouble()).isEqualTo(1);
  }

  @Test
  void itIsReadTenTimesASecond() {
    HeapWatch watch = watch();
    watch.getAsDouble();
    int before = reads;
    old = 500;
    now += 100 * MILLI - 1;
    assertThat(watch.getAsDouble()).isZero();
    assertThat(reads).isEqualTo(before);
    now += 1;
    assertThat(watch.getAsDouble()).isEqualTo(0.5);
    assertThat(reads).isEqualTo(before + 1);
  }

  @Test
  void aFigureThatDoesNotChangeIsForgottenAndANewOneCounts() {
    young = 100;
    old = 800;
    HeapWatch watch = watch();
    now += HeapWatch.VALID_NANOS - 1;
    assertThat(watch.getAsDouble()).isEqualTo(0.9);
    now += 100 * MILLI;
    young = 150;
    assertThat(watch.getAsDouble()).as("the old generation's is too old").isEqualTo(0.15);
    old = 850;
    now += 100 * MILLI;
    assertThat(watch.getAsDouble()).isEqualTo(1);
    old = 300;
    now += 100 * MILLI;
    assertThat(watch.getAsDouble()).isEqualTo(0.45);
  }

  /** Lets most of its heap live, collects, and says what is known of it; then without. */
  static final class Program {
    public static void main(String[] args) {
      HeapWatch watch = HeapWatch.ofProcess();
      if (args.length > 0) {
        System.out.println("fill " + watch.getAsDouble());
        return;
      }
      List<byte[]> live = new ArrayList<>();
      for (int i = 0; i < 40 << 7; i++) { // 40 MiB of 64
        live.add(new byte[(1 << 13) - 16]);
      }
      boolean full = await(watch, 0.55, 1);
      live.clear();
      boolean empty = await(watch, 0, 0.4);
      System.out.println("full " + full + ", empty " + empty);
    }

    /** It is read ten times a second, and only what has been collected is known. */
    private static boolean await(HeapWatch watch, double from, double to) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < 30_000 * MILLI) {
        double fill = watch.getAsDouble();
        if (fill >= from && fill <= to) {
          return true;
        }
        System.gc();
      }
      return false;
    }
  }

  private static String run(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  @ParameterizedTest
  @ValueSource(strings = {"G1", "Parallel", "Serial", "Z"})
  void collectorsThatTellIt(String collector) throws IOException, InterruptedException {
    assertThat(
            run(
                "-XX:+Use" + collector + "GC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName()))
        .endsWith("full true, empty true\n");
  }

  @Test
  void oneThatTellsNothing() throws IOException, InterruptedException {
    assertThat(
            run(
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:+UseEpsilonGC",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                "once"))
        .endsWith("fill 0.0\n");
  }

  @Test
  void aRuntimeWithoutManagement() throws IOException, InterruptedException {
    assertThat(
            run(
                "--limit-modules",
                "java.base",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                "once"))
        .endsWith("fill 0.0\n");
  }
}
