package dev.loompoll.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A read, failed ones included. */
@Name("dev.loompoll.Read")
@Label("Socket Read")
@Description("A read: its waiting, for other readers too, and the system calls")
@Threshold("10 ms")
public final class ReadEvent extends TransferEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final ReadEvent OFF = new ReadEvent();

  private ReadEvent() {}

  static ReadEvent begun() {
    ReadEvent event = new ReadEvent();
    event.begin();
    return event;
  }
}
