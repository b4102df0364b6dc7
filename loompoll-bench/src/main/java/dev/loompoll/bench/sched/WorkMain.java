package dev.loompoll.bench.sched;

import dev.loompoll.Loompoll;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * {@code WorkMain loompoll|jdk|pool PROCS}: answers each line of stdin, a piece of work and its
 * numbers, by {@code done key=value ...}; {@code pool} is that many platform threads and a queue.
 */
public final class WorkMain {
  private WorkMain() {}

  /** A piece of work; returns what is to be told, times in nanoseconds. */
  @FunctionalInterface
  interface Work {
    Map<String, Long> run(Starter starter, int[] numbers) throws Exception;
  }

  /**
   * The scheduler.
   *
   * @param go starts a goroutine
   * @param loompoll whether it is ours, so that its own sockets are used
   */
  record Starter(Consumer<Runnable> go, boolean loompoll) {}

  private static final Map<String, Work> ALL = new LinkedHashMap<>();

  static {
    ALL.put("ring", Handing::ring);
    ALL.put("sleepers", Handing::sleepers);
    ALL.put("monitor", Handing::monitor);
    ALL.put("wake", WakeUp::fromAThread);
    ALL.put("wake-net", WakeUp::fromTheNetwork);
    ALL.put("overload", Overload::run);
    ALL.put("deadlines", ArmedDeadlines::run);
  }

  public static void main(String[] args) throws Exception {
    Starter starter =
        switch (args[0]) {
          case "loompoll" -> new Starter(task -> Loompoll.go(task::run), true);
          case "jdk" -> new Starter(Thread::startVirtualThread, false);
          case "pool" ->
              new Starter(
                  Executors.newFixedThreadPool(
                          Integer.parseInt(args[1]), Thread.ofPlatform().daemon().factory())
                      ::execute,
                  false);
          default -> throw new IllegalArgumentException("no such scheduler: " + args[0]);
        };
    say("ready");
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = in.readLine()) != null; ) {
        answer(starter, line.split(" "));
      }
    } catch (IOException e) {
      // as good as its end
    }
    Runtime.getRuntime().halt(0);
  }

  private static void answer(Starter starter, String[] words) throws Exception {
    Work work = ALL.get(words[0]);
    if (work == null) {
      throw new IllegalArgumentException("no such work: " + words[0]);
    }
    int[] numbers = new int[words.length - 1];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Integer.parseInt(words[i + 1]);
    }
    System.gc(); // so that the work needs none
    StringBuilder text = new StringBuilder("done");
    work.run(starter, numbers).forEach((key, value) -> text.append(" " + key + "=" + value));
    say(text.toString());
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
