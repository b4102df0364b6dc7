package dev.loompoll.bench.server;

import java.util.function.Consumer;

/**
 * Burns CPU beside the echoes: the neighbour that a scheduler has to protect the others from. It
 * burns only while the bench says so, so that it disturbs nobody else's turn.
 */
final class Hog {
  private final int hogs;
  private final int millis;
  private final Consumer<Runnable> go;

  /** Odd while they burn. A task burns for one turn: some may have had no CPU to see its end. */
  private volatile int turn;

  private volatile long sink;

  /**
   * @param hogs how many at once
   * @param millis how long a task burns before the next, a thread of its own, takes its place; 0 is
   *     without end
   * @param go starts a virtual thread
   */
  Hog(int hogs, int millis, Consumer<Runnable> go) {
    this.hogs = hogs;
    this.millis = millis;
    this.go = go;
  }

  /** {@code burn} or {@code rest}. */
  void told(String word) {
    int now = turn;
    if (word.equals("rest") && now % 2 == 1) {
      turn = now + 1;
    } else if (word.equals("burn") && now % 2 == 0) {
      turn = now + 1;
      for (int i = 0; i < hogs; i++) {
        go.accept(() -> burn(now + 1));
      }
    }
  }

  private void burn(int mine) {
    long end = millis == 0 ? Long.MAX_VALUE : System.nanoTime() + millis * 1_000_000L;
    long x = 1;
    do {
      for (int i = 0; i < 1000; i++) {
        x = x * 6364136223846793005L + 1442695040888963407L;
      }
    } while (turn == mine && System.nanoTime() < end);
    sink = x + sink;
    if (turn == mine) {
      go.accept(() -> burn(mine));
    }
  }
}
