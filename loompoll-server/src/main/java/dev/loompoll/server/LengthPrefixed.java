package dev.loompoll.server;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * See {@link Codecs#lengthPrefixed}. A decoder keeps nothing: the length is read again for each
 * piece, so that as long as a request is not whole, all of it waits in the buffer.
 */
final class LengthPrefixed implements Codec<byte[], byte[]>, Codec.Decoder<byte[]> {
  private final int prefix;
  private final int max;

  LengthPrefixed(int prefix, int max) {
    this.prefix = prefix;
    this.max = max;
  }

  @Override
  public Codec.Decoder<byte[]> newDecoder() {
    return this;
  }

  @Override
  public ByteBuffer encode(byte[] response) {
    int length = response.length;
    if (prefix < 4 && length >>> (8 * prefix) != 0) {
      throw new IllegalArgumentException(
          "an answer of " + length + " bytes, more than " + prefix + "-byte lengths count");
    }
    ByteBuffer frame = ByteBuffer.allocate(Math.addExact(prefix, length));
    for (int shift = 8 * (prefix - 1); shift >= 0; shift -= 8) {
      frame.put((byte) (length >>> shift));
    }
    return frame.put(response).flip();
  }

  @Override
  public byte @Nullable [] decode(ByteBuffer in) throws FrameException {
    if (in.remaining() < prefix) {
      return null;
    }
    int position = in.position();
    int length = length(in, position);
    if (in.remaining() - prefix < length) {
      return null;
    }
    int from = in.arrayOffset() + position + prefix;
    in.position(position + prefix + length);
    return Arrays.copyOfRange(in.array(), from, from + length);
  }

  private int length(ByteBuffer in, int position) throws FrameException {
    int length =
        switch (prefix) {
          case 1 -> in.get(position) & 0xff;
          case 2 -> (in.get(position) & 0xff) << 8 | in.get(position + 1) & 0xff;
          default ->
              in.get(position) << 24
                  | (in.get(position + 1) & 0xff) << 16
                  | (in.get(position + 2) & 0xff) << 8
                  | in.get(position + 3) & 0xff;
        };
    if (length < 0) {
      throw new FrameException(
          FrameException.Kind.MALFORMED, "a request's length is negative: " + length);
    }
    if (length > max) {
      throw new FrameException(
          FrameException.Kind.TOO_LARGE,
          "a request of " + length + " bytes came, and " + max + " is the limit");
    }
    return length;
  }
}
