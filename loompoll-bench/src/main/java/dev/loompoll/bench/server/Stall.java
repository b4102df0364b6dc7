package dev.loompoll.bench.server;

import java.util.function.Consumer;

/**
 * Tasks that get in the way of the echoes, while the bench says so: so that they disturb nobody
 * else's turn.
 */
abstract class Stall {
  private final int count;

  /** Odd while they are at it. A task is for one turn: some may have had no CPU to see its end. */
  private volatile int turn;

  Stall(int count) {
    this.count = count;
  }

  /** Of this kind; see {@link ServerOptions}. */
  static Stall of(ServerOptions options) {
    int n = options.hogs();
    return switch (options.hogKind()) {
      case "spin" -> new Spin(n, options.hogMillis());
      case "lock" -> new LockHog(n);
      case "none" ->
          new Stall(0) {
            @Override
            void run(int number, int mine, Consumer<Runnable> go) {}
          };
      case "gc" -> new Collector(n);
      case "blocked" -> new Blocked(n, options.fifo());
      default -> throw new IllegalArgumentException("no such kind of hog: " + options.hogKind());
    };
  }

  /**
   * Does what the bench says: {@code burn} begins a turn, {@code rest} ends it.
   *
   * @param go starts a goroutine
   * @return whether a turn has ended
   */
  final boolean told(String word, Consumer<Runnable> go) {
    int now = turn;
    if (word.equals("rest") && now % 2 == 1) {
      turn = now + 1;
      end();
      return true;
    }
    if (word.equals("burn") && now % 2 == 0) {
      begin();
      turn = now + 1;
      for (int i = 0; i < count; i++) {
        int number = i;
        go.accept(() -> run(number, now + 1, go));
      }
    }
    return false;
  }

  final int count() {
    return count;
  }

  final boolean goesOn(int mine) {
    return turn == mine;
  }

  /** Before a turn. */
  void begin() {}

  /** Makes those end that wait for something. */
  void end() {}

  /** One of them, until its turn is over. */
  abstract void run(int number, int mine, Consumer<Runnable> go);

  /** What the last turn was like: {@code key=value} words. */
  String report() {
    return "";
  }
}
