package dev.loompoll.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A connection was accepted. */
@Name("dev.loompoll.Accept")
@Label("Socket Accept")
@Description("A connection was accepted; the duration is how long accept waited for it")
public final class AcceptEvent extends IoEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final AcceptEvent OFF = new AcceptEvent();

  @Label("Listener")
  @Description("The listener's descriptor")
  int listener;

  private AcceptEvent() {}

  static AcceptEvent begun() {
    AcceptEvent event = new AcceptEvent();
    event.begin();
    return event;
  }

  /** Once, after {@link #isOver} has said so. */
  public void record(int listener, int sysfd, byte[] peer) {
    this.listener = listener;
    record(sysfd, peer);
  }
}
