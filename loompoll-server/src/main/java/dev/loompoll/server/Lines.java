package dev.loompoll.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** See {@link Codecs#lines}. */
final class Lines implements Codec<String, String> {
  private final int max;

  Lines(int max) {
    this.max = max;
  }

  @Override
  public Codec.Decoder<String> newDecoder() {
    return new LineDecoder(max);
  }

  @Override
  public ByteBuffer encode(String response) {
    int lf = response.indexOf('\n');
    if (lf >= 0) {
      throw new IllegalArgumentException("the answer contains a LF, as character " + lf);
    }
    byte[] text = response.getBytes(UTF_8);
    byte[] line = Arrays.copyOf(text, text.length + 1);
    line[text.length] = '\n';
    return ByteBuffer.wrap(line);
  }

  private static final class LineDecoder implements Codec.Decoder<String> {
    private final int max;

    /** So many bytes from the position on were looked at and hold no LF. */
    private int scanned;

    LineDecoder(int max) {
      this.max = max;
    }

    @Override
    public @Nullable String decode(ByteBuffer in) throws FrameException {
      byte[] bytes = in.array();
      int start = in.arrayOffset() + in.position();
      int seen = Math.min(in.remaining(), max + 2); // a line with CR and LF is not longer
      for (int i = start + scanned; i < start + seen; i++) {
        if (bytes[i] == '\n') {
          scanned = 0;
          in.position(in.position() + i - start + 1);
          return line(bytes, start, i);
        }
      }
      if (withoutCr(bytes, start, start + seen) - start > max || seen == max + 2) {
        throw tooLarge();
      }
      scanned = seen;
      return null;
    }

    @Override
    public @Nullable String end(ByteBuffer in) throws FrameException {
      if (!in.hasRemaining()) {
        return null;
      }
      int start = in.arrayOffset() + in.position();
      int end = start + in.remaining();
      in.position(in.limit());
      return line(in.array(), start, end);
    }

    private String line(byte[] bytes, int start, int lf) throws FrameException {
      int length = withoutCr(bytes, start, lf) - start;
      if (length > max) {
        throw tooLarge();
      }
      String line = new String(bytes, start, length, UTF_8);
      if (line.indexOf('\uFFFD') >= 0) { // stands for what is not UTF-8, but may also be sent
        checkUtf8(bytes, start, length);
      }
      return line;
    }

    private static int withoutCr(byte[] bytes, int start, int end) {
      return end > start && bytes[end - 1] == '\r' ? end - 1 : end;
    }

    private FrameException tooLarge() {
      return new FrameException(
          FrameException.Kind.TOO_LARGE,
          "a line of more than " + max + " bytes came, and " + max + " is the limit");
    }

    private static void checkUtf8(byte[] bytes, int start, int length) throws FrameException {
      ByteBuffer in = ByteBuffer.wrap(bytes, start, length);
      if (UTF_8.newDecoder().decode(in, CharBuffer.allocate(length), true).isError()) {
        throw new FrameException(
            FrameException.Kind.MALFORMED,
            String.format(
                "a line has 0x%02x as byte %d (from 0), and is not UTF-8 there",
                in.get(in.position()), in.position() - start));
      }
    }
  }
}
