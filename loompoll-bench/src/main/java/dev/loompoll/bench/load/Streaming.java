package dev.loompoll.bench.load;

import java.io.IOException;

/**
 * Large writes both ways, as fast as both sides allow: each connection has a few of them in flight,
 * so that neither side waits for the other, and yet what is in flight stays in the caches. Counts
 * bytes; there are no latencies.
 */
final class Streaming extends LaneLoad {
  private static final int IN_FLIGHT = 4;

  private final int chunk;

  /**
   * @param chunk bytes a write, at most {@link Pattern#CHUNK}
   */
  Streaming(Lanes lanes, int chunk) {
    super(lanes);
    this.chunk = Math.min(chunk, Pattern.CHUNK);
  }

  @Override
  long load(long start, long end) throws IOException {
    long now = start;
    while (now < end) {
      for (int i = 0; i < lanes.count() && now < end; i++) {
        polls++;
        if (lanes.sent[i] == lanes.goal[i]
            && lanes.goal[i] - lanes.received[i] <= (IN_FLIGHT - 1L) * chunk) {
          lanes.goal[i] += chunk;
        }
        boolean some = lanes.push(i);
        long got = lanes.receive(i);
        long then = now;
        now = System.nanoTime();
        if (!some && got == 0) {
          emptyPolls++;
          emptyNanos += now - then;
        }
        units += got;
      }
    }
    for (int i = 0; i < lanes.count(); i++) {
      lanes.goal[i] = lanes.sent[i];
    }
    return now;
  }

  @Override
  void came(int i, long bytes, long messagesBefore, long now) {
    units += bytes;
  }

  @Override
  long unitsOf(long bytes) {
    return bytes;
  }
}
