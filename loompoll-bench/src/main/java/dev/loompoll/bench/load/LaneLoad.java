package dev.loompoll.bench.load;

import java.io.IOException;

/**
 * A slice of load on {@link Lanes}. Like {@link Slice}, each kind never sleeps and asks the
 * connections in turn; at the end the replies in flight are awaited and count as late. Those that
 * do not come even then are missing, and in no figure of latency: whoever sends none has failed.
 */
abstract class LaneLoad {
  final Lanes lanes;
  final Latencies latency = new Latencies();

  /** What the rate counts. */
  long units;

  long polls;
  long emptyPolls;
  long emptyNanos;

  LaneLoad(Lanes lanes) {
    this.lanes = lanes;
  }

  final Outcome run(long millis, long drainMillis) throws IOException {
    long start = System.nanoTime();
    long stopped = load(start, start + millis * 1_000_000);
    long inTime = units;
    drain(stopped + drainMillis * 1_000_000);
    long missing = missing();
    end();
    return new Outcome(
        inTime,
        units - inTime,
        missing,
        stopped - start,
        polls,
        emptyPolls,
        emptyNanos,
        0,
        latency);
  }

  /** Until {@code end}, about; returns when it was. */
  abstract long load(long start, long end) throws IOException;

  /** After a receive: counts and times what is complete now. */
  abstract void came(int i, long bytes, long messagesBefore, long now);

  /**
   * What so many bytes count for that did not come: a message of which a part is there is missing.
   */
  long unitsOf(long bytes) {
    return Math.ceilDiv(bytes, lanes.size);
  }

  /** After draining. */
  void end() {}

  private void drain(long until) throws IOException {
    boolean waiting = true;
    while (waiting && System.nanoTime() < until) {
      waiting = false;
      for (int i = 0; i < lanes.count(); i++) {
        if (lanes.inFlight(i)) {
          waiting = true;
          lanes.push(i);
          long before = lanes.messages(i);
          long got = lanes.receive(i);
          if (got > 0) {
            came(i, got, before, System.nanoTime());
          }
        }
      }
    }
  }

  private long missing() {
    long missing = 0;
    for (int i = 0; i < lanes.count(); i++) {
      missing += unitsOf(lanes.goal[i] - lanes.received[i]);
    }
    return missing;
  }
}
