package dev.loompoll.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A write, failed ones included. */
@Name("dev.loompoll.Write")
@Label("Socket Write")
@Description("A write of any length: its waiting, for other writers too, and the system calls")
@Threshold("10 ms")
public final class WriteEvent extends TransferEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final WriteEvent OFF = new WriteEvent();

  private WriteEvent() {}

  static WriteEvent begun() {
    WriteEvent event = new WriteEvent();
    event.begin();
    return event;
  }
}
