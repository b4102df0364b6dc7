package dev.loompoll.server.internal;

import dev.loompoll.server.Refused;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a server counts. Any thread; no order between the counters. */
public final class Tally {
  public final LongAdder accepted = new LongAdder();
  public final LongAdder requests = new LongAdder();
  public final LongAdder answered = new LongAdder();
  public final LongAdder failed = new LongAdder();
  public final LongAdder degraded = new LongAdder();
  private final LongAdder[] refused = new LongAdder[Refused.values().length];

  public Tally() {
    for (int i = 0; i < refused.length; i++) {
      refused[i] = new LongAdder();
    }
  }

  public void refused(Refused why) {
    refused[why.ordinal()].increment();
  }

  public Map<Refused, Long> refused() {
    Map<Refused, Long> all = new EnumMap<>(Refused.class);
    for (Refused why : Refused.values()) {
      all.put(why, refused[why.ordinal()].sum());
    }
    return all;
  }
}
