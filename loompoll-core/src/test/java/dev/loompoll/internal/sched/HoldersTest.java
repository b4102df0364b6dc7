package dev.loompoll.internal.sched;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.testing.Await;
import dev.loompoll.testing.Logged;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** At the bound of Ms the log names, once, the goroutines that hold them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HoldersTest {
  private static final String LOGGER = "dev.loompoll";

  private final List<QuietNet> nets = new ArrayList<>();
  private final List<Thread> goroutines = new ArrayList<>();
  @TempDir private Path dir;
  private String fifo = "";
  private volatile CountDownLatch running = new CountDownLatch(0);
  private volatile boolean over;

  @BeforeEach
  void makeFifo() throws Exception {
    fifo = dir.resolve("fifo").toString();
    assertThat(new ProcessBuilder("mkfifo", fifo).start().waitFor()).isZero();
  }

  private Scheduler start(int procs, int maxMachines) {
    Scheduler s =
        new Scheduler(
            procs,
            () -> {
              QuietNet net = new QuietNet();
              nets.add(net);
              return net;
            },
            Clock.SYSTEM,
            null,
            new HandOff.Limits(maxMachines, 0));
    s.start();
    return s;
  }

  private Thread go(Scheduler s, String name, Runnable task) {
    Thread t = s.newThread(name, task);
    goroutines.add(t);
    t.start();
    return t;
  }

  /** Blocks its M until {@link #release}. */
  private void openFifo() {
    running.countDown();
    try {
      new FileInputStream(fifo).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void spin() {
    running.countDown();
    while (!over) {
      Thread.onSpinWait();
    }
  }

  private static boolean isIn(String method, Thread t) {
    return Arrays.stream(t.getStackTrace()).anyMatch(f -> f.getMethodName().equals(method));
  }

  @AfterEach
  void release() throws Exception {
    over = true;
    // For reading and writing: blocks in no case, and lets through who waits, or comes later.
    try (RandomAccessFile both = new RandomAccessFile(fifo, "rw")) {
      for (Thread t : goroutines) {
        LockSupport.unpark(t);
        t.join();
      }
    }
    for (QuietNet net : nets) {
      net.stop();
    }
  }

  @Test
  void namesWhoHoldsTheMachines() throws Exception {
    try (Logged log = new Logged(LOGGER, Level.ALL)) {
      Scheduler s = start(2, 4);
      running = new CountDownLatch(4);
      CountDownLatch parked = new CountDownLatch(1);
      go(
          s,
          "parked",
          () -> {
            parked.countDown();
            LockSupport.park();
          });
      parked.await();
      go(s, "computing", this::spin);
      for (int i = 0; i < 3; i++) {
        go(s, "blocked-" + i, this::openFifo);
      }
      running.await();
      go(s, "waiting", () -> {});
      LogRecord record = log.take();

      assertThat(record.getLevel()).isEqualTo(Level.WARNING);
      assertThat(record.getMessage().lines().findFirst().orElseThrow())
          .startsWith("the scheduler's threads run short: 4 are held by goroutines that ")
          .contains("-Dloompoll.maxMachines");

      // It was told when the last M had been made, and that may not have run yet. Now all run.
      for (Thread t : goroutines) {
        if (t.getName().startsWith("blocked-")) {
          Await.until(t + " is in open", () -> isIn("open0", t));
        }
      }
      assertThat(Holders.tell(s)).isTrue();
      List<String> lines = log.take().getMessage().lines().toList();
      String at = " at " + HoldersTest.class.getName() + ".";
      String java = "\\(HoldersTest\\.java:\\d+\\)";
      String open = at + "openFifo" + java + ", in java\\.io\\.FileInputStream\\.open0";
      assertThat(lines.subList(1, lines.size()))
          .hasSize(4)
          .anyMatch(l -> l.matches("  goroutine \"computing\"" + at + "spin" + java + ".*"))
          .anyMatch(l -> l.matches("  goroutine \"blocked-0\"" + open))
          .anyMatch(l -> l.matches("  goroutine \"blocked-1\"" + open))
          .anyMatch(l -> l.matches("  goroutine \"blocked-2\"" + open));
      long refusals = s.counters().machineRefusals();
      assertThat(refusals).isPositive();

      while (s.counters().machineRefusals() == refusals) {
        Thread.onSpinWait(); // until it is refused once more
      }
      release();
      assertThat(log.isEmpty()).as("told once").isTrue();
    }
  }

  /** An executor keeps its own threads, which are not in the JDK's list of all. */
  @Test
  void namesTheThreadsOfAnExecutorToo() throws Exception {
    try (Logged log = new Logged(LOGGER, Level.ALL)) {
      Scheduler s = start(1, 2);
      running = new CountDownLatch(2);
      ExecutorService executor =
          Executors.newThreadPerTaskExecutor(
              task -> {
                Thread t = s.newThread("worker", task);
                goroutines.add(t);
                return t;
              });
      executor.execute(this::openFifo);
      executor.execute(this::openFifo);
      running.await();
      executor.execute(() -> {});
      assertThat(log.take().getMessage().lines().skip(1))
          .hasSize(2)
          .allMatch(l -> l.startsWith("  goroutine \"worker\" at "));
    }
  }

  @Test
  void namesTwentyAndCountsTheOthers() throws Exception {
    try (Logged log = new Logged(LOGGER, Level.ALL)) {
      Scheduler s = start(1, 40);
      for (int i = 0; i <= 40; i++) {
        go(s, null, this::openFifo);
      }
      List<String> lines = log.take().getMessage().lines().toList();
      assertThat(lines).hasSize(1 + 20 + 1);
      assertThat(lines.subList(1, 21)).allMatch(l -> l.matches("  goroutine #\\d+ at .*"));
      assertThat(lines.getLast()).matches("  and \\d+ more");
    }
  }

  @Test
  void theNumberAloneWhenTheJdkDoesNotTell() {
    assertThat(Holders.message(256, List.of())).contains("256 are held").doesNotContain("\n");
  }

  private static String line(String name, String... stack) {
    return Holders.line(new ThreadDump.Mounted("7", name, "8", List.of(stack)));
  }

  @Test
  void aNameMakesNoLinesOfItsOwn() {
    assertThat(line("a\r\nb\u2028c\u202ed\tü{0}")).isEqualTo("goroutine \"a??b?c?d?ü{0}\"");
    assertThat(line("x".repeat(80))).isEqualTo("goroutine \"" + "x".repeat(80) + "\"");
    assertThat(line("x".repeat(81))).isEqualTo("goroutine \"" + "x".repeat(80) + "...\"");
    assertThat(line("")).isEqualTo("goroutine #7");
  }

  @Test
  void saysWhatOfTheJdkAGoroutineIsIn() {
    String read = "java.base/java.io.FileInputStream.read(FileInputStream.java:7)";
    String crypto = "jdk.crypto.ec/sun.X.sign(Native Method)";
    String mine = "com.acme.Tail.run(Tail.java:9)";
    String module = "javaland/land.Java.go(Java.java)";

    assertThat(line("", read, crypto, mine, module))
        .isEqualTo("goroutine #7 at " + mine + ", in java.io.FileInputStream.read");
    assertThat(line("", module, mine)).isEqualTo("goroutine #7 at " + module);
    assertThat(line("", crypto, read)).isEqualTo("goroutine #7, in sun.X.sign");
  }
}
