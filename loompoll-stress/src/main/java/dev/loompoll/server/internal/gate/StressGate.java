package dev.loompoll.server.internal.gate;

import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.Tally;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A gate for one at a time, without a sweeper, at which nobody is late. */
final class StressGate {
  private static final Limits LIMITS =
      Limits.builder()
          .limiter(Limiter.fixed(1))
          .queue(2)
          .interval(Duration.ofHours(1))
          .hardLimit(1)
          .build();
  private static final Tally TALLY = new Tally();

  private StressGate() {}

  static Gate make() {
    return new Gate(LIMITS, TALLY, System::nanoTime, 1, null);
  }

  /** Counts what it is told. */
  static final class Request extends Gate.Entry {
    final AtomicInteger admitted = new AtomicInteger();
    final AtomicInteger shed = new AtomicInteger();

    @Override
    protected void admitted() {
      admitted.incrementAndGet();
    }

    @Override
    protected void shed(Refused why) {
      shed.incrementAndGet();
    }

    void enter(Gate gate) {
      if (gate.enter(this)) {
        admitted.incrementAndGet();
      }
    }
  }
}
