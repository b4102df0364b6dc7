package dev.loompoll.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LengthPrefixedTest {
  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static List<String> frames(int prefix, int max, String hex) {
    return Driven.everyWay(Codecs.lengthPrefixed(prefix, max), hex(hex));
  }

  @Test
  void lengthsAreBigEndian() {
    assertThat(frames(1, 5, "02 6161 00 01 62")).containsExactly("aa", "", "b");
    assertThat(frames(2, 5, "0002 6161 0000 0001 62")).containsExactly("aa", "", "b");
    assertThat(frames(4, 5, "00000002 6161 00000000 00000001 62")).containsExactly("aa", "", "b");
    assertThat(frames(4, 5, "")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1,255", "2,256", "2,65535", "4,65536"})
  void payloadsOfAnyLength(int prefix, int length) {
    byte[] payload = new byte[length];
    new Random(length).nextBytes(payload);
    Codec<byte[], byte[]> codec = Codecs.lengthPrefixed(prefix, length);
    byte[] stream = codec.encode(payload).array();
    String expected = new String(payload, ISO_8859_1);
    assertThat(Driven.whole(codec, stream)).containsExactly(expected);
    for (int seed = 0; seed < 20; seed++) {
      assertThat(Driven.in(codec, stream, Driven.cuts(new Random(seed), stream.length)))
          .as("seed " + seed)
          .containsExactly(expected);
    }
  }

  @Test
  void theLimitIsExact() {
    assertThat(frames(1, 3, "03 616263")).containsExactly("abc");
    assertThat(frames(1, 3, "01 61 04 61626364"))
        .containsExactly("a", "TOO_LARGE: a request of 4 bytes came, and 3 is the limit");
    assertThat(frames(2, 1000, "ffff 61"))
        .containsExactly("TOO_LARGE: a request of 65535 bytes came, and 1000 is the limit");
    assertThat(frames(4, 1000, "7fffffff 61"))
        .containsExactly("TOO_LARGE: a request of 2147483647 bytes came, and 1000 is the limit");
  }

  @Test
  void tooLargeIsKnownFromThePrefix() {
    Codec.Decoder<byte[]> decoder = Codecs.lengthPrefixed(4, 1000).newDecoder();
    assertThatThrownBy(() -> decoder.decode(ByteBuffer.wrap(hex("000003e9"))))
        .isInstanceOfSatisfying(
            FrameException.class,
            e -> assertThat(e.kind()).isEqualTo(FrameException.Kind.TOO_LARGE));
  }

  @Test
  void aNegativeLengthIsMalformed() {
    assertThat(frames(4, 1000, "00000001 61 80000000 61"))
        .containsExactly("a", "MALFORMED: a request's length is negative: -2147483648");
    assertThat(frames(4, 1000, "ffffffff"))
        .containsExactly("MALFORMED: a request's length is negative: -1");
  }

  @Test
  void aStreamThatEndsWithinARequestIsTruncated() {
    assertThat(frames(4, 1000, "00000001 61 00"))
        .containsExactly(
            "a", "TRUNCATED: the stream ended within a request, 1 bytes after its start");
    assertThat(frames(4, 1000, "00000001"))
        .containsExactly("TRUNCATED: the stream ended within a request, 4 bytes after its start");
    assertThat(frames(2, 1000, "0004 616263"))
        .containsExactly("TRUNCATED: the stream ended within a request, 5 bytes after its start");
  }

  @Test
  void manyInOneRead() {
    ByteBuffer stream = ByteBuffer.allocate(3000);
    IntStream.range(0, 1000).forEach(i -> stream.put(new byte[] {0, 1, (byte) i}));
    assertThat(Driven.everyWay(Codecs.lengthPrefixed(2, 1), stream.array()))
        .containsExactlyElementsOf(
            IntStream.range(0, 1000).mapToObj(i -> String.valueOf((char) (i & 0xff))).toList());
  }

  @Test
  void theArrayMayBeginAnywhere() throws FrameException {
    ByteBuffer slice = ByteBuffer.wrap(hex("ffff 02 6162 01 63")).position(2).slice();
    Codec.Decoder<byte[]> decoder = Codecs.lengthPrefixed(1, 10).newDecoder();
    assertThat(decoder.decode(slice)).isEqualTo(hex("6162"));
    assertThat(decoder.decode(slice)).isEqualTo(hex("63"));
    assertThat(decoder.decode(slice)).isNull();
  }

  @Test
  void answersFollowTheirLength() {
    assertThat(Codecs.lengthPrefixed(1, 1).encode(hex("616263")))
        .isEqualTo(ByteBuffer.wrap(hex("03616263")));
    assertThat(Codecs.lengthPrefixed(2, 1).encode(new byte[0]))
        .isEqualTo(ByteBuffer.wrap(hex("0000")));
    assertThat(Codecs.lengthPrefixed(4, 1).encode(new byte[0x10203]).slice(0, 4))
        .isEqualTo(ByteBuffer.wrap(hex("00010203")));
  }

  @Test
  void anAnswerFitsThePrefix() {
    assertThat(Codecs.lengthPrefixed(1, 1).encode(new byte[255]).remaining()).isEqualTo(256);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codecs.lengthPrefixed(1, 1).encode(new byte[256]))
        .withMessage("an answer of 256 bytes, more than 1-byte lengths count");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codecs.lengthPrefixed(2, 1).encode(new byte[65536]));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 3, 5, 8})
  void prefixesAreOneTwoOrFourBytes(int prefix) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codecs.lengthPrefixed(prefix, 1))
        .withMessage("prefixBytes " + prefix + " is not 1, 2, 4");
  }

  @Test
  void theLimitFitsThePrefix() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codecs.lengthPrefixed(1, 256))
        .withMessage("maxBytes 256 is not from 1 to 255");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codecs.lengthPrefixed(2, 65536))
        .withMessage("maxBytes 65536 is not from 1 to 65535");
    assertThatIllegalArgumentException().isThrownBy(() -> Codecs.lengthPrefixed(4, 0));
  }
}
