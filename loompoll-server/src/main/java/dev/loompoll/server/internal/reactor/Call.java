package dev.loompoll.server.internal.reactor;

import dev.loompoll.server.Refused;
import dev.loompoll.server.internal.gate.Gate;
import org.jspecify.annotations.Nullable;

/**
 * One call of a connection's handler: for a request, or for one of the two events without one,
 * which pass no gate. The loop makes it, a worker runs it, and it goes back to the loop.
 */
final class Call<Q, R> extends Gate.Entry implements Runnable {
  enum Kind {
    OPENED,
    REQUEST,
    ENDED
  }

  final Kind kind;

  /** Null if it is for none. */
  final @Nullable Q request;

  private final Channel<Q, R> channel;

  // Written before Channel.finished publishes them to the loop.
  private boolean shed;
  private boolean failed;

  Call(Channel<Q, R> channel, Kind kind, @Nullable Q request) {
    this.channel = channel;
    this.kind = kind;
    this.request = request;
  }

  boolean isShed() {
    return shed;
  }

  boolean hasFailed() {
    return failed;
  }

  /** Gives it to a worker. */
  @Override
  protected void admitted() {
    try {
      channel.workers().execute(this);
    } catch (Throwable t) { // there is no memory for a goroutine, or the server has ended
      if (channel.isOpen()) {
        channel.session().failed(t);
      }
      over(false);
    }
  }

  @Override
  protected void shed(Refused why) {
    shed = true;
    channel.finished(this);
  }

  @Override
  public void run() {
    over(channel.session().handle(this));
  }

  private void over(boolean well) {
    failed = !well;
    if (kind == Kind.REQUEST) {
      channel.gate().leave(this, failed);
    }
    channel.finished(this);
  }
}
