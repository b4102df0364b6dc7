package dev.loompoll.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A goroutine, or another thread, waited for a descriptor: from its park to its run afterwards. */
@Name("dev.loompoll.Park")
@Label("Network Park")
@Description("A goroutine waited for a descriptor, until it ran again")
@Threshold("10 ms")
public final class ParkEvent extends IoEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final ParkEvent OFF = new ParkEvent();

  @Label("Direction")
  @Description("read, accept included, or write, connect included")
  @Nullable String direction;

  @Label("Outcome")
  @Description("ok, or why it must not go on")
  @Nullable String outcome;

  private ParkEvent() {}

  static ParkEvent begun() {
    ParkEvent event = new ParkEvent();
    event.begin();
    return event;
  }

  /** Once, after {@link #isOver} has said so. */
  public void record(int sysfd, byte @Nullable [] peer, boolean write, String outcome) {
    this.direction = write ? "write" : "read";
    this.outcome = outcome;
    record(sysfd, peer);
  }
}
