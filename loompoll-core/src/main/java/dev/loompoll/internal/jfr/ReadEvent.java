package dev.loompoll.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A read, failed ones included. */
@Name("dev.loompoll.Read")
@Label("Socket Read")
@Description("A read: its waiting, for other readers too, and the system calls")
@Threshold("10 ms")
public final class ReadEvent extends IoEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final ReadEvent OFF = new ReadEvent();

  @Label("Bytes")
  @DataAmount
  int bytes;

  @Label("Outcome")
  @Description("ok, or why it ended")
  @Nullable String outcome;

  private ReadEvent() {}

  static ReadEvent begun() {
    ReadEvent event = new ReadEvent();
    event.begin();
    return event;
  }

  /** Once, after {@link #isOver} has said so. */
  public void record(int sysfd, byte @Nullable [] peer, int bytes, String outcome) {
    this.bytes = bytes;
    this.outcome = outcome;
    record(sysfd, peer);
  }
}
