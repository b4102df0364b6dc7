package dev.loompoll.internal.jfr;

import dev.loompoll.internal.sys.Errno;
import java.net.InetSocketAddress;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A listener takes no connection for some time. */
@Name("dev.loompoll.Reject")
@Label("Reject")
@Description(
    "A listener leaves connections in the kernel's queue, for lack of descriptors or memory")
final class RejectEvent extends LoompollEvent {
  /** Never recorded; only asked whether events of its kind are. */
  static final RejectEvent OFF = new RejectEvent();

  @Label("Host")
  @Description("Where it listens")
  @Nullable String host;

  @Label("Port")
  int port;

  @Label("Cause")
  @Description("The errno's name")
  @Nullable String cause;

  @Label("Pause")
  @Description("When it will try again")
  @Timespan(Timespan.NANOSECONDS)
  long pause;

  private RejectEvent() {}

  static void record(InetSocketAddress listener, int errno, long pauseNanos) {
    try {
      RejectEvent event = new RejectEvent();
      event.host = listener.getAddress().getHostAddress();
      event.port = listener.getPort();
      event.cause = Errno.name(errno);
      event.pause = pauseNanos;
      event.commit();
    } catch (OutOfMemoryError e) {
      // an event less
    }
  }
}
