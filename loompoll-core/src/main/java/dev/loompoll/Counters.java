package dev.loompoll;

import java.util.concurrent.atomic.LongAdder;

/** What {@link Stats} adds up and nobody below counts. Never on the path of a read or a write. */
final class Counters {
  static final LongAdder ACCEPTS = new LongAdder();
  static final LongAdder ACCEPT_BACKOFFS = new LongAdder();
  static final LongAdder DIALS = new LongAdder();
  static final LongAdder CLOSES = new LongAdder();

  private Counters() {}
}
