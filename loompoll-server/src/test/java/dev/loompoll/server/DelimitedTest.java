package dev.loompoll.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DelimitedTest {
  private static Codec<byte[], byte[]> by(String delimiter, int max) {
    return Codecs.delimited(delimiter.getBytes(ISO_8859_1), max);
  }

  private static List<String> frames(String delimiter, int max, String stream) {
    return Driven.everyWay(by(delimiter, max), stream.getBytes(ISO_8859_1));
  }

  private static String tooLarge(int max) {
    return "TOO_LARGE: a request of more than " + max + " bytes came, and " + max + " is the limit";
  }

  @Test
  void delimitersOfOneByte() {
    assertThat(frames("|", 10, "one||two|")).containsExactly("one", "", "two");
    assertThat(frames("\0", 10, "\0\0")).containsExactly("", "");
    assertThat(frames("|", 10, "")).isEmpty();
  }

  @Test
  void delimitersOfSeveralBytes() {
    assertThat(frames("\r\n\r\n", 100, "one\r\n\r\n\r\n\r\ntwo\r\nthree\r\r\n\r\n\n\r\n\r\n"))
        .containsExactly("one", "", "two\r\nthree\r", "\n");
  }

  @Test
  void delimitersThatBeginAgainWithinThemselves() {
    assertThat(frames("aab", 10, "aaabaabxaab")).containsExactly("a", "", "x");
    assertThat(frames("abab", 10, "abaabab")).containsExactly("aba");
    assertThat(frames("ababaca", 20, "abababaca" + "ababababaca")).containsExactly("ab", "abab");
    assertThat(frames("aa", 10, "aaaaxaa")).containsExactly("", "", "x");
  }

  /** Every stream of a's and b's up to a length, against a plain search. */
  @Test
  void allShortDelimitersAndStreams() {
    for (String delimiter : words(4)) {
      if (delimiter.isEmpty()) {
        continue;
      }
      Codec<byte[], byte[]> codec = by(delimiter, 100);
      for (String stream : words(9)) {
        byte[] bytes = stream.getBytes(ISO_8859_1);
        int[] everywhere = IntStream.range(1, bytes.length).toArray();
        List<String> expected = search(delimiter, stream);
        assertThat(Driven.whole(codec, bytes)).as(delimiter + " in " + stream).isEqualTo(expected);
        assertThat(Driven.in(codec, bytes, everywhere))
            .as(delimiter + " in " + stream)
            .isEqualTo(expected);
      }
    }
  }

  private static List<String> words(int longest) {
    List<String> all = new ArrayList<>();
    for (int length = 0; length <= longest; length++) {
      for (int bits = 0; bits < 1 << length; bits++) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
          word.append((bits >> i & 1) == 0 ? 'a' : 'b');
        }
        all.add(word.toString());
      }
    }
    return all;
  }

  private static List<String> search(String delimiter, String stream) {
    List<String> out = new ArrayList<>();
    int from = 0;
    for (int at; (at = stream.indexOf(delimiter, from)) >= 0; from = at + delimiter.length()) {
      out.add(stream.substring(from, at));
    }
    if (from < stream.length()) {
      out.add(truncated(stream.length() - from));
    }
    return out;
  }

  private static String truncated(int bytes) {
    return "TRUNCATED: the stream ended within a request, " + bytes + " bytes after its start";
  }

  @Test
  void theLimitIsExact() {
    assertThat(frames("aab", 5, "12345aab")).containsExactly("12345");
    assertThat(frames("aab", 5, "ok" + "aab" + "123456aab")).containsExactly("ok", tooLarge(5));
    assertThat(frames("aab", 5, "123456")).containsExactly(tooLarge(5));
    assertThat(frames("aab", 5, "1234aaab")).containsExactly("1234a");
    assertThat(frames("aab", 5, "12345aaab")).containsExactly(tooLarge(5));
    assertThat(frames("aab", 5, "12345aa")).containsExactly(truncated(7));
  }

  @Test
  void aStreamThatEndsWithinARequestIsTruncated() {
    assertThat(frames("|", 10, "one|two")).containsExactly("one", truncated(3));
    assertThat(frames("\r\n", 10, "one\r\n\r")).containsExactly("one", truncated(1));
  }

  @Test
  void manyInOneRead() {
    String stream = IntStream.range(0, 300).mapToObj(i -> i + "--").collect(Collectors.joining());
    assertThat(frames("--", 10, stream))
        .containsExactlyElementsOf(IntStream.range(0, 300).mapToObj(String::valueOf).toList());
  }

  @Test
  void largeOnes() {
    byte[] payload = new byte[300_000];
    new Random(1).nextBytes(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (payload[i] & 1);
    }
    byte[] delimiter = {0, 0, 1, 0, 0, 1, 0, 2};
    Codec<byte[], byte[]> codec = Codecs.delimited(delimiter, payload.length);
    ByteBuffer stream = codec.encode(payload);
    String expected = new String(payload, ISO_8859_1);
    assertThat(Driven.whole(codec, stream.array())).containsExactly(expected);
    for (int seed = 0; seed < 10; seed++) {
      int[] cuts = Driven.cuts(new Random(seed), payload.length);
      assertThat(Driven.in(codec, stream.array(), cuts))
          .as("seed " + seed)
          .containsExactly(expected);
    }
  }

  @Test
  void whatWasScannedIsNotScannedAgain() throws FrameException {
    Codec.Decoder<byte[]> decoder = by("--", 10).newDecoder();
    byte[] bytes = "..ab-".getBytes(ISO_8859_1);
    assertThat(decoder.decode(ByteBuffer.wrap(bytes, 2, 3))).isNull();
    byte[] moved = "......---d--".getBytes(ISO_8859_1); // as if a and b had been delimiters
    ByteBuffer compacted = ByteBuffer.wrap(moved, 6, 6);
    assertThat(decoder.decode(compacted)).isEqualTo("---d".getBytes(ISO_8859_1));
    assertThat(compacted.hasRemaining()).isFalse();
  }

  @Test
  void theDelimiterIsTheCodecsOwn() {
    byte[] delimiter = {'|'};
    Codec<byte[], byte[]> codec = Codecs.delimited(delimiter, 10);
    delimiter[0] = 'x';
    assertThat(Driven.whole(codec, "ax|".getBytes(ISO_8859_1))).containsExactly("ax");
  }

  @Test
  void answersGetTheDelimiter() {
    assertThat(by("aab", 1).encode("xaa".getBytes(ISO_8859_1)))
        .isEqualTo(ByteBuffer.wrap("xaaaab".getBytes(ISO_8859_1)));
    assertThat(by("aab", 1).encode(new byte[0]))
        .isEqualTo(ByteBuffer.wrap("aab".getBytes(ISO_8859_1)));
  }

  @Test
  void anAnswerIsOneFrame() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> by("aab", 1).encode("yaabx".getBytes(ISO_8859_1)))
        .withMessage("the answer, followed by the delimiter, contains it before, at byte 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> by("aa", 1).encode("xa".getBytes(ISO_8859_1)));
  }

  @Test
  void whatIsAskedForIsInRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> by("", 1))
        .withMessage("the delimiter is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> by("|", 0))
        .withMessage("maxBytes 0 is not from 1 to 1073741824");
  }
}
