package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Loompoll;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Pair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code jcmd} sees goroutines by their names, and where each of them is. */
class ThreadDumpTest {
  private static final int SLEEPERS = 10;

  private final Group group = new Group(Callers.GOROUTINES);

  /** At the first one the JVM opens a socket to be asked by, for good. */
  @BeforeAll
  static void warmUp() throws Exception {
    jcmd("VM.version");
  }

  @Test
  void goroutinesAreInThreadDumps(@TempDir Path dir) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    for (int i = 0; i < SLEEPERS; i++) {
      group.goAndBlock(
          () -> {
            Thread.currentThread().setName("sleeper");
            over.await();
          });
    }
    try (Pair pair = Pair.open()) {
      Group reader = new Group(Callers.GOROUTINES);
      reader.goAndBlock(
          () -> {
            Thread.currentThread().setName("reader \"1\"");
            assertEquals(1, pair.a().read(new byte[1]));
          });
      for (String format : new String[] {"json", "plain"}) {
        String dump = dump(format, dir.resolve(format));
        assertEquals(SLEEPERS, count("\"sleeper\"", dump), dump);
        assertTrue(dump.contains("java.util.concurrent.CountDownLatch.await"), dump);
        assertTrue(dump.contains("dev.loompoll.Conn.read"), dump);
        assertTrue(dump.contains("VirtualThread"), dump);
        assertEquals(
            Loompoll.runtime().scheduler(), dump.contains("\"loompoll-m"), dump); // and the Ms
      }
      assertTrue(Files.readString(dir.resolve("json")).contains("\"reader \\\"1\\\"\""));
      pair.b().write(new byte[1]);
      reader.await();
    } finally {
      over.countDown();
    }
    group.await();
  }

  private static String dump(String format, Path file) throws Exception {
    jcmd("Thread.dump_to_file", "-format=" + format, file.toString());
    return Files.readString(file);
  }

  private static void jcmd(String... request) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add("" + ProcessHandle.current().pid());
    command.addAll(List.of(request));
    Process jcmd = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(jcmd.getInputStream().readAllBytes());
    assertEquals(0, jcmd.waitFor(), said);
  }

  private static long count(String what, String text) {
    Matcher m = Pattern.compile(Pattern.quote(what)).matcher(text);
    return m.results().count();
  }
}
