package dev.loompoll.server;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * See {@link Codecs#delimited}. The delimiter is found by the method of Knuth, Morris and Pratt:
 * each byte is looked at once, in whatever pieces they come, though the delimiter may begin again
 * within itself.
 */
final class Delimited implements Codec<byte[], byte[]> {
  private final byte[] delimiter;

  /**
   * When the first k bytes of the delimiter have matched and the next does not, its first {@code
   * shorter[k]} bytes still do: the longest beginning that those k end with, other than themselves.
   */
  private final int[] shorter;

  private final int max;

  Delimited(byte[] delimiter, int max) {
    this.delimiter = delimiter;
    this.max = max;
    shorter = new int[delimiter.length];
    for (int k = 2; k < delimiter.length; k++) {
      shorter[k] = next(shorter[k - 1], delimiter[k - 1]);
    }
  }

  /** How much of the delimiter has matched after {@code b}, when {@code matched} had before it. */
  private int next(int matched, byte b) {
    int k = matched;
    while (k > 0 && delimiter[k] != b) {
      k = shorter[k];
    }
    return delimiter[k] == b ? k + 1 : 0;
  }

  @Override
  public Codec.Decoder<byte[]> newDecoder() {
    return new FrameDecoder(this);
  }

  @Override
  public ByteBuffer encode(byte[] response) {
    byte[] frame = Arrays.copyOf(response, Math.addExact(response.length, delimiter.length));
    System.arraycopy(delimiter, 0, frame, response.length, delimiter.length);
    int matched = 0;
    for (int i = 0; i < frame.length - 1; i++) {
      matched = next(matched, frame[i]);
      if (matched == delimiter.length) {
        throw new IllegalArgumentException(
            "the answer, followed by the delimiter, contains it before, at byte "
                + (i + 1 - matched));
      }
    }
    return ByteBuffer.wrap(frame);
  }

  private static final class FrameDecoder implements Codec.Decoder<byte[]> {
    private final Delimited codec;

    /** So many bytes from the position on were looked at and hold no whole delimiter. */
    private int scanned;

    /** So many of those, the last ones, may begin it. */
    private int matched;

    FrameDecoder(Delimited codec) {
      this.codec = codec;
    }

    @Override
    public byte @Nullable [] decode(ByteBuffer in) throws FrameException {
      byte[] bytes = in.array();
      int start = in.arrayOffset() + in.position();
      int whole = codec.delimiter.length;
      int m = matched;
      for (int i = scanned; i < in.remaining(); i++) {
        m = codec.next(m, bytes[start + i]);
        int length = i + 1 - m; // at least, of the request
        if (length > codec.max) {
          throw new FrameException(
              FrameException.Kind.TOO_LARGE,
              "a request of more than "
                  + codec.max
                  + " bytes came, and "
                  + codec.max
                  + " is the limit");
        }
        if (m == whole) {
          in.position(in.position() + i + 1);
          scanned = 0;
          matched = 0;
          return Arrays.copyOfRange(bytes, start, start + length);
        }
      }
      scanned = in.remaining();
      matched = m;
      return null;
    }
  }
}
