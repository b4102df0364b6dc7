package dev.loompoll.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** A poll cycle: network and timers of one poll loop. */
@Name("dev.loompoll.Poll")
@Label("Network Poll")
@Description("A look at one poll loop's network and timers; a blocking one is how an idle P waits")
@Threshold("10 ms")
@StackTrace(false)
public final class PollEvent extends LoompollEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final PollEvent OFF = new PollEvent();

  @Label("Processor")
  @Description("Whose loop: its P's number, which may be another than the polling thread's")
  int processor;

  @Label("Events")
  @Description("Descriptors that became ready, and timers that fired")
  int events;

  @Label("Blocking")
  boolean blocking;

  private PollEvent() {}

  static PollEvent begun() {
    PollEvent event = new PollEvent();
    event.begin();
    return event;
  }

  /** Records it if it was long enough. Once. */
  public void record(int processor, int events, boolean blocking) {
    end();
    if (shouldCommit()) {
      this.processor = processor;
      this.events = events;
      this.blocking = blocking;
      save();
    }
  }
}
