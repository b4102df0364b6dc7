package dev.loompoll.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A write, failed ones included. */
@Name("dev.loompoll.Write")
@Label("Socket Write")
@Description("A write of any length: its waiting, for other writers too, and the system calls")
@Threshold("10 ms")
public final class WriteEvent extends IoEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final WriteEvent OFF = new WriteEvent();

  @Label("Bytes")
  @DataAmount
  int bytes;

  @Label("Outcome")
  @Description("ok, or why it ended")
  @Nullable String outcome;

  private WriteEvent() {}

  static WriteEvent begun() {
    WriteEvent event = new WriteEvent();
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
