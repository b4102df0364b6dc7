package dev.loompoll.bench.overload;

import dev.loompoll.bench.ProcFs;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks at a process now and then, from a thread of its own, until closed. */
final class Watch implements AutoCloseable {
  /** Seldom: a look takes a millisecond of a CPU, which may be the server's. */
  private static final long PERIOD_MILLIS = 250;

  private record Look(long time, long rss, long threads, long cpu) {}

  /**
   * What was seen of a stretch of time.
   *
   * @param rssMax bytes
   * @param cpus processors kept busy
   */
  record Seen(long rssMax, long threadsMax, double cpus) {}

  private final long pid;
  private final Queue<Look> looks = new ConcurrentLinkedQueue<>();
  private final CountDownLatch over = new CountDownLatch(1);

  Watch(long pid) {
    this.pid = pid;
    Thread.ofPlatform().daemon().name("watch").start(this::look);
  }

  private void look() {
    try {
      do {
        looks.add(
            new Look(
                System.nanoTime(),
                ProcFs.status(pid, "VmRSS") * 1024,
                ProcFs.status(pid, "Threads"),
                ProcFs.cpu(pid).both()));
      } while (!over.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS));
    } catch (IOException | InterruptedException e) {
      // it has ended
    }
  }

  /** Between two moments of {@link System#nanoTime}. */
  Seen between(long from, long to) {
    List<Look> mine = looks.stream().filter(l -> l.time >= from && l.time <= to).toList();
    if (mine.isEmpty()) {
      return new Seen(0, 0, Double.NaN);
    }
    long wall = mine.getLast().time - mine.getFirst().time;
    long cpu = mine.getLast().cpu - mine.getFirst().cpu;
    return new Seen(
        mine.stream().mapToLong(Look::rss).max().orElse(0),
        mine.stream().mapToLong(Look::threads).max().orElse(0),
        wall == 0 ? Double.NaN : (double) cpu / wall);
  }

  @Override
  public void close() {
    over.countDown();
  }
}
