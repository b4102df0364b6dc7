package dev.loompoll.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** An operation ended by its deadline. */
@Name("dev.loompoll.DeadlineExceeded")
@Label("Deadline Exceeded")
@Description("An operation ended because its deadline had passed")
final class DeadlineExceededEvent extends LoompollEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final DeadlineExceededEvent OFF = new DeadlineExceededEvent();

  @Label("Operation")
  @Description("What, on which network, between which addresses")
  @Nullable String operation;

  @Label("Bytes")
  @Description("What it had moved")
  @DataAmount
  int bytes;

  private DeadlineExceededEvent() {}

  static void record(String operation, int bytes) {
    try {
      DeadlineExceededEvent event = new DeadlineExceededEvent();
      event.operation = operation;
      event.bytes = bytes;
      event.commit();
    } catch (OutOfMemoryError e) {
      // an event less
    }
  }
}
