package dev.loompoll.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers come in any pieces. */
class FramesTest {
  private static byte[] answers() {
    ByteBuffer all = ByteBuffer.allocate(3 * Frames.ANSWER + 5);
    all.putInt(9).putLong(1).put((byte) 0);
    all.putInt(9 + 5).putLong(2).put((byte) 1).put(new byte[5]);
    all.putInt(9).putLong(3).put((byte) 0);
    return all.array();
  }

  private static List<String> parsed(byte[]... pieces) throws IOException {
    List<String> seen = new ArrayList<>();
    Frames.Parser parser = new Frames.Parser();
    for (byte[] piece : pieces) {
      parser.take(
          MemorySegment.ofArray(piece), piece.length, (id, served) -> seen.add(id + " " + served));
    }
    return seen;
  }

  @Test
  void atEverySplit() throws IOException {
    byte[] all = answers();
    for (int i = 0; i <= all.length; i++) {
      byte[] first = java.util.Arrays.copyOf(all, i);
      byte[] second = java.util.Arrays.copyOfRange(all, i, all.length);
      assertThat(parsed(first, second)).containsExactly("1 true", "2 false", "3 true");
    }
  }

  @Test
  void byteByByte() throws IOException {
    byte[] all = answers();
    byte[][] pieces = new byte[all.length][];
    for (int i = 0; i < all.length; i++) {
      pieces[i] = new byte[] {all[i]};
    }
    assertThat(parsed(pieces)).containsExactly("1 true", "2 false", "3 true");
  }

  @Test
  void whoseRestIsNotWanted() throws IOException {
    List<Long> seen = new ArrayList<>();
    byte[] all = answers();
    new Frames.Parser()
        .take(
            MemorySegment.ofArray(all),
            all.length,
            (id, served) -> {
              seen.add(id);
              return false;
            });
    assertThat(seen).containsExactly(1L);
  }

  @Test
  void whatIsNoAnswer() {
    byte[] tooShort = ByteBuffer.allocate(13).putInt(8).array();
    byte[] status = ByteBuffer.allocate(13).putInt(9).putLong(1).put((byte) 2).array();
    assertThatThrownBy(() -> parsed(tooShort)).hasMessageContaining("8 bytes");
    assertThatThrownBy(() -> parsed(status)).hasMessageContaining("status 2");
  }
}
