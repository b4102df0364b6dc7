package dev.loompoll.bench;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Every process and directory that the bench made, so that none outlives it, whether it ends, fails
 * or is interrupted. (If it is killed outright, the children see their stdin end.)
 */
final class Children {
  private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();
  private static final Set<Path> DIRECTORIES = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Children::clear, "bench-children"));
  }

  private Children() {}

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
    for (Process p : PROCESSES) {
      p.descendants().forEach(ProcessHandle::destroyForcibly);
      p.destroyForcibly();
    }
    for (Path d : DIRECTORIES) {
      Tools.deleteTree(d);
    }
  }
}
