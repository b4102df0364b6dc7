package dev.loompoll.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A P went to another M. */
@Name("dev.loompoll.HandOff")
@Label("Hand-Off")
@Description("A P was taken from a thread whose task does not end, and given to another")
@StackTrace(false)
final class HandOffEvent extends LoompollEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final HandOffEvent OFF = new HandOffEvent();

  @Label("Processor")
  @Description("The P")
  int processor;

  @Label("From Thread")
  @Description("The thread that had the P, and goes on with its task")
  @Nullable Thread from;

  @Label("To Thread")
  @Description("The thread that has it now")
  @Nullable Thread to;

  @Label("Cause")
  @Description("computes; blocks; or declared, by Loompoll.blocking, on the goroutine's own thread")
  @Nullable String cause;

  @Label("Task Time")
  @Description("How long the watcher had seen the task run; 0 if the cause is declared")
  @Timespan(Timespan.NANOSECONDS)
  long taskTime;

  private HandOffEvent() {}

  static void record(int processor, Thread from, Thread to, String cause, long taskNanos) {
    try {
      HandOffEvent event = new HandOffEvent();
      event.processor = processor;
      event.from = from;
      event.to = to;
      event.cause = cause;
      event.taskTime = taskNanos;
      event.commit();
    } catch (OutOfMemoryError e) {
      // an event less
    }
  }
}
