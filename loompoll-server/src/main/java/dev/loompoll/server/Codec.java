package dev.loompoll.server;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into requests, and makes bytes of answers. One for all connections of a
 * server; what it must remember of one connection is in its {@link Decoder}.
 *
 * @param <Q> requests
 * @param <R> answers
 */
public interface Codec<Q, R> {
  /** For a new connection. */
  Decoder<Q> newDecoder();

  /**
   * The bytes of an answer, between position and limit of a buffer that the caller may keep and
   * change. Any thread, several at once.
   */
  ByteBuffer encode(R response);

  /** Of one connection. Used by one thread at a time. */
  interface Decoder<Q> {
    /**
     * Takes one request from {@code in}, which holds what has arrived and was not taken: between
     * position and limit, in an array. A request may come in any number of pieces; as long as it is
     * not whole, this returns null, and is called again with more. What it consumed, by moving the
     * position, it is not given again.
     *
     * @throws FrameException if the bytes are no request, or one larger than is allowed
     */
    @Nullable Q decode(ByteBuffer in) throws FrameException;

    /**
     * The client has ended its stream; {@code in} holds what no {@link #decode} took.
     *
     * @return a last request, or null
     * @throws FrameException if it ended within a request
     */
    default @Nullable Q end(ByteBuffer in) throws FrameException {
      if (in.hasRemaining()) {
        throw new FrameException(
            FrameException.Kind.TRUNCATED,
            "the stream ended within a request, " + in.remaining() + " bytes after its start");
      }
      return null;
    }
  }
}
