package dev.loompoll.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the kernel tells about a process, see proc(5). */
public final class ProcFs {
  /** One clock tick of /proc/PID/stat; 100 a second on every Linux that a JDK runs on. */
  private static final long TICK_NANOS = 10_000_000;

  private ProcFs() {}

  /** CPU time of a whole process, in nanoseconds. */
  public record Cpu(long user, long kernel) {
    public long both() {
      return user + kernel;
    }

    public Cpu minus(Cpu earlier) {
      return new Cpu(user - earlier.user, kernel - earlier.kernel);
    }
  }

  public static Cpu cpu(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    // the name, in brackets, may hold spaces: count fields from its end, where field 3 begins
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new Cpu(
        Long.parseLong(fields[14 - 3]) * TICK_NANOS, Long.parseLong(fields[15 - 3]) * TICK_NANOS);
  }

  /** CPU time of everybody since the machine was started, and what the host kept for others. */
  public record Machine(long busyNanos, long stolenNanos) {}

  public static Machine machine() throws IOException {
    // "cpu  user nice system idle iowait irq softirq steal ..."
    String[] f = Files.readAllLines(Path.of("/proc/stat")).getFirst().split("\\s+");
    long ticks = 0;
    for (int i : new int[] {1, 2, 3, 6, 7}) {
      ticks += Long.parseLong(f[i]);
    }
    return new Machine(ticks * TICK_NANOS, Long.parseLong(f[8]) * TICK_NANOS);
  }

  /** A number from /proc/PID/status, such as {@code VmRSS} (in kB) or {@code Threads}. */
  public static long status(long pid, String key) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(key + ":")) {
        return Long.parseLong(line.substring(key.length() + 1).strip().split("\\s+")[0]);
      }
    }
    throw new IOException("no " + key + " in the status of process " + pid);
  }

  /** How many sockets it has open. */
  static long sockets(long pid) throws IOException {
    long n = 0;
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path fd : fds) {
        n += target(fd).startsWith("socket:") ? 1 : 0;
      }
    }
    return n;
  }

  /** Its epoll descriptors, and how many descriptors are registered with each. */
  static Map<String, Integer> epolls(long pid) throws IOException {
    Map<String, Integer> epolls = new TreeMap<>();
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path fd : fds) {
        if (target(fd).equals("anon_inode:[eventpoll]")) {
          String number = fd.getFileName().toString();
          List<String> info = Files.readAllLines(Path.of("/proc/" + pid + "/fdinfo/" + number));
          epolls.put(number, (int) info.stream().filter(l -> l.startsWith("tfd:")).count());
        }
      }
    }
    return epolls;
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }
}
