package dev.loompoll.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A P took goroutines from another P's queue. */
@Name("dev.loompoll.Steal")
@Label("Steal")
@Description("A P without work took goroutines that waited for another P")
@StackTrace(false)
final class StealEvent extends LoompollEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final StealEvent OFF = new StealEvent();

  @Label("Processor")
  @Description("The P that took them")
  int processor;

  @Label("Victim")
  @Description("The P that had them")
  int victim;

  @Label("Tasks")
  @Description("How many goroutines")
  int tasks;

  private StealEvent() {}

  static void record(int processor, int victim, int tasks) {
    try {
      StealEvent event = new StealEvent();
      event.processor = processor;
      event.victim = victim;
      event.tasks = tasks;
      event.commit();
    } catch (OutOfMemoryError e) {
      // an event less
    }
  }
}
