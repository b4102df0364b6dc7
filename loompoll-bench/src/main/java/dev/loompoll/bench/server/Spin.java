package dev.loompoll.bench.server;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/** Goroutines that compute: without end, or some milliseconds each, one after another. */
final class Spin extends Stall {
  /** Counters so far apart that they share no cache line. */
  private static final int APART = 16;

  private final int millis;
  private final AtomicLongArray done;
  private volatile long sink;

  /**
   * @param millis how long a task burns before the next takes its place; 0 is without end
   */
  Spin(int count, int millis) {
    super(count);
    this.millis = millis;
    this.done = new AtomicLongArray((count + 1) * APART);
  }

  @Override
  void begin() {
    for (int i = 0; i < count(); i++) {
      done.set(i * APART, 0);
    }
  }

  @Override
  void run(int number, int mine, Consumer<Runnable> go) {
    long end = millis == 0 ? Long.MAX_VALUE : System.nanoTime() + millis * 1_000_000L;
    long x = 1;
    do {
      x = work(x);
      done.lazySet(number * APART, done.getPlain(number * APART) + 1);
    } while (goesOn(mine) && System.nanoTime() < end);
    sink = x + sink;
    if (goesOn(mine)) {
      go.accept(() -> run(number, mine, go));
    }
  }

  /** About a microsecond of it. */
  static long work(long x) {
    for (int i = 0; i < 1000; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
    }
    return x;
  }

  /** The one that got least, and what would have been its share. */
  @Override
  String report() {
    long[] each = new long[count()];
    Arrays.setAll(each, i -> done.get(i * APART));
    long sum = Arrays.stream(each).sum();
    if (sum == 0) {
      return "";
    }
    double equal = (double) sum / each.length;
    return "leastShare=" + Math.round(1000 * Arrays.stream(each).min().orElse(0) / equal);
  }
}
