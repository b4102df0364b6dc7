package dev.loompoll.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A descriptor was closed. */
@Name("dev.loompoll.Close")
@Label("Socket Close")
@Description("A close, until no operation uses the descriptor any more")
public final class CloseEvent extends IoEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final CloseEvent OFF = new CloseEvent();

  private CloseEvent() {}

  static CloseEvent begun() {
    CloseEvent event = new CloseEvent();
    event.begin();
    return event;
  }

  /** Once, after {@link #isOver} has said so. */
  public void recordClose(int sysfd, byte @Nullable [] peer) {
    record(sysfd, peer);
  }
}
