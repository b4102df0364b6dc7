package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loompoll.Loompoll;
import dev.loompoll.internal.net.Engine;
import dev.loompoll.testing.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The JDK wakes sleeping goroutines from threads of its own, which it starts at the first sleep. A
 * goroutine whose thread was demoted must not be the one to start them: they would inherit that.
 */
class TimerThreadTest {
  /** A goroutine that is demoted is the first that sleeps. */
  static final class Program {
    private static volatile boolean over;

    public static void main(String[] args) throws Exception {
      Loompoll.go(
          () -> {
            while (!over) { // so that something waits behind the other
              Thread.yield();
            }
          });
      Loompoll.go(
              () -> {
                while (Loompoll.runtime().scheduler() && Loompoll.stats().demotions() == 0) {
                  Thread.onSpinWait();
                }
                Thread.sleep(1);
              })
          .join();
      over = true;
      System.out.println("nice " + niceOfTimers());
    }

    private static Set<Integer> niceOfTimers() throws IOException {
      Set<Integer> nice = new TreeSet<>();
      try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
        for (Path task : tasks.toList()) {
          try {
            if (Files.readString(task.resolve("comm")).startsWith("VirtualThread-u")) {
              String stat = Files.readString(task.resolve("stat"));
              nice.add(Integer.valueOf(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]));
            }
          } catch (IOException e) {
            // a thread that has ended meanwhile: the demoted one does
          }
        }
      }
      return nice;
    }
  }

  @Test
  void areNotDemoted() throws Exception {
    JavaProgram.Ended ended = JavaProgram.run(List.of("-D" + Engine.PROCS + "=1"), Program.class);
    assertEquals(0, ended.status(), ended::output);
    assertEquals("nice [" + ownNice() + "]\n", ended.output());
  }

  /** A child's threads begin with that. */
  private static int ownNice() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
  }
}
