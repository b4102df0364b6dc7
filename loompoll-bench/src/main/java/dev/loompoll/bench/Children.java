package dev.loompoll.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Every process and directory that the bench made, so that none outlives it, whether it ends, fails
 * or is interrupted. (If it is killed outright, the children see their stdin end.)
 */
public final class Children {
  private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();
  private static final Set<Path> DIRECTORIES = ConcurrentHashMap.newKeySet();

  private static final Runnable NOTHING = () -> {};
  private static final AtomicReference<Runnable> first = new AtomicReference<>(NOTHING);

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Children::clear, "bench-children"));
  }

  private Children() {}

  /**
   * The command, deaf to what a terminal or {@code timeout} sends to all processes of a group: it
   * is this process that ends them, after it has kept what they have measured.
   */
  static List<String> deaf(List<String> command) {
    List<String> words =
        new ArrayList<>(List.of("sh", "-c", "trap '' INT TERM HUP; exec \"$@\"", "sh"));
    words.addAll(command);
    return words;
  }

  /** Runs first when this process is interrupted, while the children are still there. */
  public static void beforeTheyEnd(Runnable task) {
    first.set(task);
  }

  /** The task is not to be run any more. */
  public static void forget() {
    first.set(NOTHING);
  }

  static void add(Process process) {
    PROCESSES.add(process);
  }

  static void remove(Process process) {
    PROCESSES.remove(process);
  }

  /** Ends a process, and returns when it is gone. */
  static void end(Process process) {
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    PROCESSES.remove(process);
  }

  static void add(Path directory) {
    DIRECTORIES.add(directory);
  }

  private static void clear() {
    first.get().run();
    for (Process p : PROCESSES) {
      p.descendants().forEach(ProcessHandle::destroyForcibly);
      p.destroyForcibly();
    }
    for (Path d : DIRECTORIES) {
      Tools.deleteTree(d);
    }
  }
}
