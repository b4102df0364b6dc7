package dev.loompoll.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinesTest {
  private static final Codec<String, String> LINES = Codecs.lines(10);
  private static final String TOO_LARGE =
      "TOO_LARGE: a line of more than 10 bytes came, and 10 is the limit";

  private static List<String> lines(String stream) {
    return Driven.everyWay(LINES, stream.getBytes(UTF_8));
  }

  @Test
  void linesEndWithLf() {
    assertThat(lines("one\ntwo\n\nthree\n")).containsExactly("one", "two", "", "three");
    assertThat(lines("")).isEmpty();
  }

  @Test
  void oneCrBeforeTheLfIsDropped() {
    assertThat(lines("one\r\n\r\ntwo\r\r\nth\rree\n\r\n"))
        .containsExactly("one", "", "two\r", "th\rree", "");
  }

  @Test
  void theEndOfTheStreamEndsALine() {
    assertThat(lines("one\ntwo")).containsExactly("one", "two");
    assertThat(lines("one\r\ntwo\r")).containsExactly("one", "two");
    assertThat(lines("\n\r")).containsExactly("", "");
  }

  @Test
  void theLimitIsExact() {
    assertThat(lines("0123456789\n0123456789\r\n0123456789"))
        .containsExactly("0123456789", "0123456789", "0123456789");
    assertThat(lines("0123456789\r")).containsExactly("0123456789");
    assertThat(lines("ok\n0123456789a\n")).containsExactly("ok", TOO_LARGE);
    assertThat(lines("0123456789a")).containsExactly(TOO_LARGE);
    assertThat(lines("0123456789\r\r\n")).containsExactly(TOO_LARGE);
    assertThat(lines("0123456789\ra\n")).containsExactly(TOO_LARGE);
    assertThat(lines("0123456789abcdefghijklmnopqrstuvwxyz")).containsExactly(TOO_LARGE);
  }

  @Test
  void theLimitCountsBytes() {
    assertThat(lines("äöüßé\n")).containsExactly("äöüßé");
    assertThat(lines("äöüßéx\n")).containsExactly(TOO_LARGE);
  }

  @Test
  void utf8OfAllLengths() {
    assertThat(lines("aä€\uD83D\uDE00\nb")).containsExactly("aä€\uD83D\uDE00", "b");
    assertThat(lines("\uFFFD is\n")).containsExactly("\uFFFD is");
  }

  @Test
  void whatIsNotUtf8IsMalformedAndSaysWhere() {
    byte[] alone = "ok\nab?d\nnever\n".getBytes(UTF_8);
    alone[5] = (byte) 0xff;
    assertThat(Driven.everyWay(LINES, alone))
        .containsExactly(
            "ok", "MALFORMED: a line has 0xff as byte 2 (from 0), and is not UTF-8 there");

    byte[] cutOff = {'a', (byte) 0xe2, (byte) 0x82, '\n'};
    assertThat(Driven.everyWay(LINES, cutOff))
        .containsExactly("MALFORMED: a line has 0xe2 as byte 1 (from 0), and is not UTF-8 there");

    byte[] overlong = {(byte) 0xc0, (byte) 0x80};
    assertThat(Driven.everyWay(LINES, overlong))
        .containsExactly("MALFORMED: a line has 0xc0 as byte 0 (from 0), and is not UTF-8 there");
  }

  @Test
  void manyLinesInOneRead() {
    String stream = IntStream.range(0, 500).mapToObj(i -> i + "\n").collect(Collectors.joining());
    assertThat(lines(stream))
        .containsExactlyElementsOf(IntStream.range(0, 500).mapToObj(String::valueOf).toList());
  }

  @Test
  void whatWasScannedIsNotScannedAgain() throws FrameException {
    Codec.Decoder<String> decoder = LINES.newDecoder();
    byte[] bytes = "..abcd\n".getBytes(UTF_8);
    assertThat(decoder.decode(ByteBuffer.wrap(bytes, 2, 3))).isNull();
    bytes[3] = '\n'; // who looked there again would find this
    byte[] moved = new byte[16];
    System.arraycopy(bytes, 2, moved, 7, 5);
    ByteBuffer compacted = ByteBuffer.wrap(moved, 7, 5);
    assertThat(decoder.decode(compacted)).isEqualTo("a\ncd");
    assertThat(compacted.hasRemaining()).isFalse();
  }

  @Test
  void theArrayMayBeginAnywhere() throws FrameException {
    ByteBuffer slice = ByteBuffer.wrap("???one\ntwo\n".getBytes(UTF_8)).position(3).slice();
    Codec.Decoder<String> decoder = LINES.newDecoder();
    assertThat(decoder.decode(slice)).isEqualTo("one");
    assertThat(decoder.decode(slice)).isEqualTo("two");
    assertThat(decoder.decode(slice)).isNull();
  }

  @Test
  void answersAreLines() {
    assertThat(LINES.encode("ä longer than a request may be"))
        .isEqualTo(UTF_8.encode("ä longer than a request may be\n"));
    assertThat(LINES.encode("")).isEqualTo(UTF_8.encode("\n"));
  }

  @Test
  void anAnswerIsOneLine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LINES.encode("yes\nno"))
        .withMessage("the answer contains a LF, as character 3");
  }

  @Test
  void theLimitIsInRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codecs.lines(0))
        .withMessage("maxBytes 0 is not from 1 to 1073741824");
    assertThatIllegalArgumentException().isThrownBy(() -> Codecs.lines((1 << 30) + 1));
  }
}
