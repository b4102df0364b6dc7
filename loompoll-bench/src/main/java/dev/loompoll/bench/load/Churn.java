package dev.loompoll.bench.load;

import java.io.IOException;

/**
 * Connections that come and go: connect, some requests one after the other, close. Counts requests;
 * the time of the first begins before its connection is made.
 */
final class Churn extends LaneLoad {
  private final int requests;

  Churn(Lanes lanes, int requests) {
    super(lanes);
    this.requests = requests;
  }

  @Override
  long load(long start, long end) throws IOException {
    int n = lanes.count();
    long now = start;
    for (int i = 0; i < n; i++) {
      begin(i, now);
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
          next(i, now);
        }
      }
    }
    return now;
  }

  private void next(int i, long now) throws IOException {
    if (lanes.messages(i) < requests) {
      send(i, now);
    } else {
      begin(i, now); // closes it first
    }
  }

  private void begin(int i, long now) throws IOException {
    lanes.close(i);
    lanes.connectAnew(i);
    send(i, now);
  }

  private void send(int i, long now) throws IOException {
    lanes.sentAt[i] = now;
    lanes.goal[i] += lanes.size;
    lanes.push(i);
  }

  @Override
  void came(int i, long bytes, long messagesBefore, long now) {
    if (lanes.messages(i) > messagesBefore) {
      latency.record(now - lanes.sentAt[i]);
      units++;
    }
  }

  /** The next slice makes its own. */
  @Override
  void end() {
    lanes.close();
  }
}
