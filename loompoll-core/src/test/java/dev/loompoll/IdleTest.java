package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Pair;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who has nothing to do does nothing. */
class IdleTest {
  private static final String CALM = "calm";

  /**
   * Sysmon goes to sleep about a second after the last work; and timers of earlier tests'
   * descriptors, which are never cancelled, have to fire first.
   */
  private static final int SECONDS_TO_FALL_ASLEEP = 40;

  @Test
  void anIdleProcessSleeps() throws Exception {
    Group reader = new Group(Callers.GOROUTINES);
    Group acceptor = new Group(Callers.GOROUTINES);
    CountDownLatch never = new CountDownLatch(1);
    try (Pair pair = Pair.open();
        Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
      pair.a().setReadDeadline(Duration.ofHours(1));
      reader.goAndBlock(() -> pair.a().read(new byte[1]));
      acceptor.goAndBlock(() -> acceptUntilClosed(listener));
      String lastSecond = "";
      for (int i = 0; i < SECONDS_TO_FALL_ASLEEP && !lastSecond.equals(CALM); i++) {
        lastSecond = aSecond(never);
      }
      assertEquals(CALM, lastSecond);

      pair.b().write(new byte[1]); // and it wakes up again
      reader.await();
    }
    acceptor.await();
  }

  /** What went on within a second: CALM, or how much too much. */
  private static String aSecond(CountDownLatch never) throws Exception {
    Stats before = Loompoll.stats();
    long switches = contextSwitches();
    assertFalse(never.await(1, TimeUnit.SECONDS));
    long polls = Loompoll.stats().polls() - before.polls();
    long sysmon = Loompoll.stats().sysmonPolls() - before.sysmonPolls();
    switches = contextSwitches() - switches;
    return polls <= 5 && sysmon <= 5 && switches <= 20
        ? CALM
        : polls + " polls, " + sysmon + " by sysmon, threads switched " + switches + " times";
  }

  private static void acceptUntilClosed(Listener listener) throws IOException {
    try {
      listener.accept();
    } catch (ConnClosedException e) {
      // as expected
    }
  }

  /** How often our threads gave up the CPU: once at least for each wait that ended. */
  private static long contextSwitches() throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        if (Files.readAllLines(task.resolve("comm")).getFirst().startsWith("loompoll-")) {
          sum +=
              Files.readAllLines(task.resolve("status")).stream()
                  .filter(line -> line.startsWith("voluntary_ctxt_switches"))
                  .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                  .sum();
        }
      }
    }
    return sum;
  }
}
