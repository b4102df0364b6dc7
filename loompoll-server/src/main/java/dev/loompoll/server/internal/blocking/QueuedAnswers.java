package dev.loompoll.server.internal.blocking;

import dev.loompoll.server.internal.blocking.PipelineConnection.Flow;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Answers that go through a channel to a writer. */
final class QueuedAnswers<R> extends Answers<R> {
  private final Channel<R> channel;
  private final Flow flow;

  /** Why the writer gave up. Set by the writer, once. */
  private volatile @Nullable Throwable broken;

  QueuedAnswers(Connection connection, Channel<R> channel, Flow flow) {
    super(connection);
    this.channel = channel;
    this.flow = flow;
  }

  @Override
  boolean begin() {
    return !broken();
  }

  @Override
  public void send(R response) throws IOException {
    Throwable cause = broken;
    if (cause != null) {
      throw new IOException("nothing more can be sent: " + cause.getMessage(), cause);
    }
    flow.answered();
    if (!channel.offer(response)) {
      waits();
      channel.put(response);
    }
  }

  /** By the writer, which throws away what comes after this. */
  void broken(Throwable cause) {
    broken = cause;
  }

  @Override
  boolean flush() {
    return !broken();
  }

  @Override
  boolean broken() {
    return broken != null;
  }
}
