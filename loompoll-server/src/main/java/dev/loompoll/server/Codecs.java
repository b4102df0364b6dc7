package dev.loompoll.server;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Codecs for common framings. Their limits hold for requests; what is sent is as long as the
 * handler makes it. An answer that the client could not tell from several, or that does not fit the
 * prefix, is an {@link IllegalArgumentException}.
 */
public final class Codecs {
  /** No request is longer: the arrays in which they arrive double, and end at 2 GiB. */
  private static final int MAX = 1 << 30;

  private Codecs() {}

  /** No framing: a request is whatever has arrived, an answer its bytes. */
  public static Codec<byte[], byte[]> bytes() {
    return Bytes.CODEC;
  }

  /**
   * Lines of UTF-8. LF ends a line, and so does the end of the stream after at least one byte; one
   * CR before either is dropped. An answer gets a LF and must contain none: what came from others
   * and is sent on could otherwise forge answers. Several lines are several answers.
   *
   * @param maxBytes that a line may have without its end, 1 to 2<sup>30</sup>
   */
  public static Codec<String, String> lines(int maxBytes) {
    return new Lines(checked(maxBytes, MAX));
  }

  /**
   * Each request and each answer follows its length, big-endian. One and two bytes count without a
   * sign; a negative length in four is malformed.
   *
   * @param prefixBytes 1, 2 or 4
   * @param maxBytes that a request may have without its length: from 1 to 255, 65 535, or
   *     2<sup>30</sup>
   */
  public static Codec<byte[], byte[]> lengthPrefixed(int prefixBytes, int maxBytes) {
    int counts =
        switch (prefixBytes) {
          case 1 -> 0xff;
          case 2 -> 0xffff;
          case 4 -> MAX;
          default ->
              throw new IllegalArgumentException("prefixBytes " + prefixBytes + " is not 1, 2, 4");
        };
    return new LengthPrefixed(prefixBytes, checked(maxBytes, counts));
  }

  /**
   * The delimiter ends each request and each answer, and is no part of them. The first one counts:
   * after {@code "aa"} as a delimiter, {@code "aaa"} is an empty request and the beginning of
   * another. A stream that ends within a request is truncated. An answer must not contain the
   * delimiter, nor end so that it would be found too early.
   *
   * @param delimiter at least one byte
   * @param maxBytes that a request may have without the delimiter, 1 to 2<sup>30</sup>
   */
  public static Codec<byte[], byte[]> delimited(byte[] delimiter, int maxBytes) {
    if (delimiter.length == 0) {
      throw new IllegalArgumentException("the delimiter is empty");
    }
    return new Delimited(delimiter.clone(), checked(maxBytes, MAX));
  }

  private static int checked(int maxBytes, int most) {
    if (maxBytes < 1 || maxBytes > most) {
      throw new IllegalArgumentException("maxBytes " + maxBytes + " is not from 1 to " + most);
    }
    return maxBytes;
  }

  private static final class Bytes implements Codec<byte[], byte[]>, Codec.Decoder<byte[]> {
    static final Bytes CODEC = new Bytes();

    @Override
    public Codec.Decoder<byte[]> newDecoder() {
      return this;
    }

    @Override
    public ByteBuffer encode(byte[] response) {
      return ByteBuffer.wrap(response);
    }

    @Override
    public byte @Nullable [] decode(ByteBuffer in) {
      if (!in.hasRemaining()) {
        return null;
      }
      byte[] all = new byte[in.remaining()];
      in.get(all);
      return all;
    }
  }
}
