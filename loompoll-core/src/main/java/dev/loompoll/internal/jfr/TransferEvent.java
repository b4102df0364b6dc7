package dev.loompoll.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import org.jspecify.annotations.Nullable;

/** What the events of reads and writes have in common. */
abstract class TransferEvent extends IoEvent {
  @Label("Bytes")
  @DataAmount
  int bytes;

  @Label("Outcome")
  @Description("ok, or why it ended")
  @Nullable String outcome;

  /** Once, after {@link #isOver} has said so. */
  public final void record(int sysfd, byte @Nullable [] peer, int bytes, String outcome) {
    this.bytes = bytes;
    this.outcome = outcome;
    record(sysfd, peer);
  }
}
