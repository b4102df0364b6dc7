package dev.loompoll.bench.load;

import java.io.IOException;
import java.util.Arrays;

/**
 * Open loop: messages are due at times fixed beforehand, connection after connection, whether or
 * not earlier ones are answered. A latency begins when its message was due, not when it could be
 * sent, so that a server which stops the load for a while does not hide those who would have come
 * meanwhile (coordinated omission).
 */
final class FixedRate extends LaneLoad {
  private final double interval;

  /** Messages back on each connection before this slice; the first of this one is number 0. */
  private final long[] before;

  private long start;

  FixedRate(Lanes lanes, long perSecond) {
    super(lanes);
    this.interval = 1e9 / perSecond;
    this.before = new long[lanes.count()];
    Arrays.setAll(before, i -> lanes.goal[i] / lanes.size);
  }

  private long due(long number) {
    return start + (long) (number * interval);
  }

  @Override
  long load(long begin, long end) throws IOException {
    start = begin;
    int n = lanes.count();
    long next = 0;
    int lane = 0;
    long now = begin;
    while (now < end) {
      boolean some = false;
      // a bounded step: replies are taken while the load catches up
      for (int k = 0; k < n && due(next) <= now; k++) {
        lanes.goal[lane] += lanes.size;
        lanes.push(lane);
        next++;
        lane = lane + 1 == n ? 0 : lane + 1;
        some = true;
      }
      for (int i = 0; i < n; i++) {
        if (lanes.inFlight(i)) {
          polls++;
          lanes.push(i);
          long messages = lanes.messages(i);
          long got = lanes.receive(i);
          if (got > 0) {
            came(i, got, messages, System.nanoTime());
            some = true;
          } else {
            emptyPolls++;
          }
        }
      }
      long then = now;
      now = System.nanoTime();
      if (!some) {
        emptyNanos += now - then;
      }
    }
    return now;
  }

  @Override
  void came(int i, long bytes, long messagesBefore, long now) {
    long messages = lanes.messages(i);
    for (long m = messagesBefore; m < messages; m++) {
      long mine = m - before[i];
      // one of an earlier slice was due before this began
      latency.record(now - (mine < 0 ? start : due(mine * lanes.count() + i)));
      units++;
    }
  }
}
