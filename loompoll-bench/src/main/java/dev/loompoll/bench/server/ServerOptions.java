package dev.loompoll.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What every JVM contestant is told, as {@code key=value} arguments, so that all get the same.
 *
 * @param procs how many threads an event loop group has; 0 is one a processor
 * @param withParent end when stdin does, so that no server survives the bench
 * @param hogs tasks that stand in the way of the echoes, when told by {@code burn} on stdin
 * @param hogKind what they do: {@code spin}, {@code lock}, {@code gc}, {@code blocked}, or {@code
 *     none}
 * @param hogMillis how much each spins before the next takes its place; 0 is without end
 * @param safepoints whether to make one now and then, for those who count how long it takes
 * @param fifo where there is one for {@code blocked}
 * @param work microseconds of CPU for each echo, for those whose handlers may have work
 */
record ServerOptions(
    String host,
    int port,
    int backlog,
    int buffer,
    int procs,
    boolean withParent,
    int hogs,
    String hogKind,
    int hogMillis,
    String fifo,
    boolean safepoints,
    int work) {

  private static final long BETWEEN_SAFEPOINTS = 50;

  static ServerOptions parse(String[] args) {
    Map<String, String> given = new HashMap<>();
    for (String arg : args) {
      int eq = arg.indexOf('=');
      if (eq < 0) {
        throw new IllegalArgumentException("not key=value: " + arg);
      }
      given.put(arg.substring(0, eq), arg.substring(eq + 1));
    }
    return new ServerOptions(
        given.getOrDefault("host", "127.0.0.1"),
        Integer.parseInt(given.getOrDefault("port", "0")),
        Integer.parseInt(given.getOrDefault("backlog", "4096")),
        Integer.parseInt(given.getOrDefault("buffer", "1024")),
        Integer.parseInt(given.getOrDefault("procs", "0")),
        Boolean.parseBoolean(given.getOrDefault("with-parent", "false")),
        Integer.parseInt(given.getOrDefault("hogs", "0")),
        given.getOrDefault("hog-kind", "spin"),
        Integer.parseInt(given.getOrDefault("hog-millis", "0")),
        given.getOrDefault("fifo", ""),
        Boolean.parseBoolean(given.getOrDefault("safepoints", "false")),
        Integer.parseInt(given.getOrDefault("work", "0")));
  }

  /** Whether an echo takes the lock that the hogs take. */
  boolean locks() {
    return hogKind.equals("lock");
  }

  /**
   * Says where it listens, and from now on does what stdin says.
   *
   * @param go starts a goroutine
   * @param turns what the server has to say of a turn, as {@code key=value} words
   */
  void listening(InetSocketAddress address, Consumer<Runnable> go, Turns turns) {
    System.out.println(
        "listening on " + address.getAddress().getHostAddress() + ":" + address.getPort());
    System.out.flush();
    if (safepoints) {
      Thread.ofPlatform().daemon().name("safepoints").start(ServerOptions::makeSafepoints);
    }
    if (withParent) {
      Stall stall = Stall.of(this);
      Thread.ofPlatform().daemon().name("with-parent").start(() -> obey(stall, go, turns));
    }
  }

  /** Counts something from turn to turn. */
  interface Turns {
    Turns NOTHING =
        new Turns() {
          @Override
          public void begin() {}

          @Override
          public String report() {
            return "";
          }
        };

    void begin();

    String report();
  }

  private static void makeSafepoints() {
    try {
      while (true) {
        Thread.sleep(BETWEEN_SAFEPOINTS);
        var unused = Thread.getAllStackTraces();
      }
    } catch (InterruptedException e) {
      // nobody does
    }
  }

  /** Bytes of the heap that are in use after a full collection. */
  private static long collect() {
    System.gc();
    Runtime jvm = Runtime.getRuntime(); // the management beans would be a part of what is measured
    return jvm.totalMemory() - jvm.freeMemory();
  }

  private static void obey(Stall stall, Consumer<Runnable> go, Turns turns) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = in.readLine()) != null; ) {
        if (line.equals("collect")) {
          System.out.println("collected heapBytes=" + collect());
          System.out.flush();
        }
        if (line.equals("burn")) {
          turns.begin();
        }
        if (stall.told(line, go)) {
          System.out.println("turn " + stall.report() + " " + turns.report());
          System.out.flush();
        }
      }
    } catch (IOException e) {
      // as good as its end
    }
    Runtime.getRuntime().halt(0);
  }
}
