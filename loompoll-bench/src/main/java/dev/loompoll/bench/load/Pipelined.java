package dev.loompoll.bench.load;

import java.io.IOException;

/**
 * Several messages in flight on each connection, sent together; when all are back, the next. A
 * message's time begins when its batch is sent. With a depth of 1 it is ping-pong.
 */
final class Pipelined extends LaneLoad {
  private final int depth;

  Pipelined(Lanes lanes, int depth) {
    super(lanes);
    this.depth = depth;
  }

  @Override
  long load(long start, long end) throws IOException {
    int n = lanes.count();
    long now = start;
    for (int i = 0; i < n; i++) {
      if (!lanes.inFlight(i)) { // as it is after an earlier slice, if replies are missing
        send(i, now);
      }
    }
    while (now < end) {
      for (int i = 0; i < n && now < end; i++) {
        polls++;
        lanes.push(i);
        long before = lanes.messages(i);
        long got = lanes.receive(i);
        long then = now;
        now = System.nanoTime();
        if (got == 0) {
          emptyPolls++;
          emptyNanos += now - then;
          continue;
        }
        came(i, got, before, now);
        if (!lanes.inFlight(i)) {
          send(i, now);
        }
      }
    }
    return now;
  }

  private void send(int i, long now) throws IOException {
    lanes.sentAt[i] = now;
    lanes.goal[i] += (long) depth * lanes.size;
    lanes.push(i);
  }

  @Override
  void came(int i, long bytes, long messagesBefore, long now) {
    long complete = lanes.messages(i) - messagesBefore;
    if (complete > 0) {
      latency.record(now - lanes.sentAt[i], complete);
      units += complete;
    }
  }
}
