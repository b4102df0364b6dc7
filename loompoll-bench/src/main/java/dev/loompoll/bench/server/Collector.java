package dev.loompoll.bench.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A platform thread that stops the world, again and again, for tens of milliseconds. */
final class Collector extends Stall {
  private static final int OBJECTS = 1_500_000;
  private static final long BETWEEN = 200;

  private volatile List<Object> live = List.of();
  private volatile long longest;

  Collector(int count) {
    super(count);
  }

  @Override
  void begin() {
    if (live.isEmpty()) {
      List<Object> objects = new ArrayList<>(OBJECTS);
      for (int i = 0; i < OBJECTS; i++) {
        objects.add(new Object[] {i});
      }
      live = objects;
    }
  }

  @Override
  void run(int number, int mine, Consumer<Runnable> go) {
    longest = 0;
    Thread.ofPlatform().daemon().start(() -> collect(mine));
  }

  private void collect(int mine) {
    while (goesOn(mine)) {
      long start = System.nanoTime();
      System.gc();
      longest = Math.max(longest, System.nanoTime() - start);
      try {
        Thread.sleep(BETWEEN);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  String report() {
    return "longestPauseMillis=" + longest / 1_000_000;
  }
}
