package dev.loompoll.server.internal.blocking;

import dev.loompoll.server.Codec;
import java.io.IOException;

/**
 * Answers that the handler's own thread writes. The first of a request is held back: until another
 * follows for the same request, or there is no further request to handle, or too much is held back,
 * or that has gone on for too long. So the answers of pipelined requests leave together, and those
 * of a handler that streams, or computes, do not wait.
 */
final class DirectAnswers<R> extends Answers<R> {
  /** Beyond this an answer waits for no more requests of its batch. */
  private static final long LONGEST_HELD_NANOS = 100_000;

  private final Codec<?, R> codec;
  private final Outbound outbound;
  private boolean first = true;

  /** About since when something is held back; means nothing unless {@link #timed}. */
  private long heldSince;

  private boolean timed;
  private boolean broken;

  private final Runnable waits = this::waits;

  DirectAnswers(Connection connection, Codec<?, R> codec, Guards guards) {
    super(connection);
    this.codec = codec;
    this.outbound = new Outbound(connection, guards);
  }

  @Override
  boolean begin() {
    first = true;
    if (outbound.isEmpty()) {
      timed = false;
      return !broken;
    }
    long now = System.nanoTime(); // only here: a request that comes alone does not pay for it
    if (!timed) {
      timed = true;
      heldSince = now;
    }
    return now - heldSince < LONGEST_HELD_NANOS || flush();
  }

  @Override
  public void send(R response) throws IOException {
    var bytes = codec.encode(response);
    boolean done = false;
    try {
      outbound.add(bytes, waits);
      if (!first) {
        outbound.flush(waits);
      }
      first = false;
      done = true;
    } finally {
      broken |= !done;
    }
  }

  @Override
  boolean flush() {
    if (broken) {
      return false;
    }
    timed = false;
    try {
      outbound.flush();
      return true;
    } catch (IOException e) {
      broken =
          true; // the client's doing, or the connection was closed; whoever did that counted it
      return false;
    }
  }

  @Override
  boolean broken() {
    return broken;
  }
}
