package dev.loompoll.internal.sched;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says in the log which goroutines hold the Ms, when a P was to be handed on and there was no M, or
 * new goroutines wait at the {@link StartGate}.
 *
 * <p>An M does not know the goroutine that it carries, nor can it be asked; a thread dump of the
 * JDK says it. That costs something for each goroutine there is, so with very many of them, or
 * where there can be no dump, the number of Ms has to do. With {@code jdk.trackAllThreads=false} a
 * dump has the goroutines of executors only.
 */
final class Holders {
  /** A dump of as many takes up to a second or two on a busy machine. */
  private static final long MOST_GOROUTINES = 10_000;

  private static final int MOST_LINES = 20;
  private static final int LONGEST_NAME = 80;

  private Holders() {}

  /**
   * Logs it, on a thread of its own: a goroutine may hold the log's lock, and wait for us.
   *
   * @return false if there was no thread to be had for that either
   */
  static boolean tell(Scheduler scheduler) {
    int count = scheduler.machines().count(); // now: they come and go
    try {
      Thread.ofPlatform().daemon().name("loompoll-log").start(() -> log(scheduler, count));
      return true;
    } catch (OutOfMemoryError e) { // "unable to create native thread"
      return false;
    }
  }

  private static void log(Scheduler scheduler, int count) {
    System.Logger log = System.getLogger("dev.loompoll");
    if (log.isLoggable(System.Logger.Level.WARNING)) {
      // Text, not a pattern: a name may look like one.
      log.log(System.Logger.Level.WARNING, message(count, lines(scheduler)));
    }
  }

  /** One record: a line, and one more for each goroutine. */
  static String message(int machines, List<String> lines) {
    StringBuilder s =
        new StringBuilder("the scheduler's threads run short: ")
            .append(machines)
            .append(" are held by goroutines that block or compute; new goroutines, and what waits")
            .append(" behind those, wait until one is free")
            .append(" (-Dloompoll.maxMachines, or the system's limit on threads)");
    lines.stream().limit(MOST_LINES).forEach(line -> s.append("\n  ").append(line));
    if (lines.size() > MOST_LINES) {
      s.append("\n  and ").append(lines.size() - MOST_LINES).append(" more");
    }
    return s.toString();
  }

  /** In the order of the Ms, but those first that have lost their P: they hold one for sure. */
  private static List<String> lines(Scheduler scheduler) {
    if (Goroutines.alive() > MOST_GOROUTINES) {
      return List.of();
    }
    Map<String, Machine> machines = new HashMap<>();
    scheduler.machines().forEach(m -> machines.put("" + m.threadId(), m));
    Map<Integer, String> adrift = new TreeMap<>();
    Map<Integer, String> others = new TreeMap<>();
    try {
      ThreadDump.take(
          mounted -> {
            Machine m = machines.get(mounted.carrier());
            if (m != null) {
              (holdsP(scheduler, m) ? others : adrift).put(m.number, line(mounted));
            }
          });
    } catch (IOException | RuntimeException | LinkageError e) {
      // what there is has to do
    }
    List<String> lines = new ArrayList<>(adrift.values());
    lines.addAll(others.values());
    return lines;
  }

  private static boolean holdsP(Scheduler scheduler, Machine m) {
    for (Processor p : scheduler.processors()) {
      if (p.heldBy(m.number)) {
        return true;
      }
    }
    return false;
  }

  static String line(ThreadDump.Mounted goroutine) {
    String name = goroutine.name();
    String label = name.isEmpty() ? "#" + goroutine.id() : "\"" + printable(name) + "\"";
    return "goroutine " + label + where(goroutine.stack());
  }

  /** A name may come from a client: it must not make lines of its own in the log. */
  private static String printable(String name) {
    StringBuilder s = new StringBuilder();
    name.codePoints().limit(LONGEST_NAME).forEach(c -> s.appendCodePoint(isPrintable(c) ? c : '?'));
    return s.length() < name.length() ? s + "..." : s.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The top frame that is not the JDK's, and what of the JDK's it is in. */
  private static String where(List<String> stack) {
    for (String frame : stack) {
      if (!isJdk(frame)) {
        return " at " + frame + (frame.equals(stack.getFirst()) ? "" : in(stack.getFirst()));
      }
    }
    return stack.isEmpty() ? "" : in(stack.getFirst());
  }

  private static String in(String frame) {
    int source = frame.indexOf('(');
    return ", in " + frame.substring(frame.indexOf('/') + 1, source < 0 ? frame.length() : source);
  }

  private static boolean isJdk(String frame) {
    int module = frame.indexOf('/');
    return module > 0 && (frame.startsWith("java.") || frame.startsWith("jdk."));
  }
}
