package dev.loompoll.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.internal.Inbound;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Drives a codec with a stream, cut in all manners, through {@link Inbound}. */
final class Driven {
  private static final int SEEDS = 50;

  private Driven() {}

  /** The requests, and last the kind and message of the exception, if there was one. */
  static List<String> whole(Codec<?, ?> codec, byte[] stream) {
    return in(codec, stream, new int[0]);
  }

  /** As {@link #whole}; what comes out must be the same however the stream is cut. */
  static List<String> everyWay(Codec<?, ?> codec, byte[] stream) {
    List<String> expected = whole(codec, stream);
    assertThat(in(codec, stream, IntStream.range(1, stream.length).toArray()))
        .as("one byte at a time")
        .isEqualTo(expected);
    for (int i = 1; i < stream.length; i++) {
      assertThat(in(codec, stream, new int[] {i})).as("cut at " + i).isEqualTo(expected);
    }
    for (int seed = 0; seed < SEEDS; seed++) {
      assertThat(in(codec, stream, cuts(new Random(seed), stream.length)))
          .as("cut by seed " + seed)
          .isEqualTo(expected);
    }
    return expected;
  }

  static int[] cuts(Random random, int length) {
    int most = 1 + random.nextInt(Math.max(1, length));
    List<Integer> cuts = new ArrayList<>();
    for (int at = 1 + random.nextInt(most); at < length; at += 1 + random.nextInt(most)) {
      cuts.add(at);
    }
    return cuts.stream().mapToInt(Integer::intValue).toArray();
  }

  static List<String> in(Codec<?, ?> codec, byte[] stream, int[] cuts) {
    return in(codec.newDecoder(), stream, cuts);
  }

  private static <Q> List<String> in(Codec.Decoder<Q> decoder, byte[] stream, int[] cuts) {
    Inbound<Q> inbound = new Inbound<>(decoder);
    List<String> out = new ArrayList<>();
    try {
      int from = 0;
      for (int cut : cuts) {
        arrive(inbound, stream, from, cut, out);
        from = cut;
      }
      arrive(inbound, stream, from, stream.length, out);
      for (Q q; (q = inbound.end()) != null; ) {
        out.add(text(q));
      }
      assertThat(inbound.pending()).isFalse();
    } catch (FrameException e) {
      out.add(e.kind() + ": " + e.getMessage());
    }
    return out;
  }

  /** As one piece, unless there is less room. */
  private static <Q> void arrive(
      Inbound<Q> inbound, byte[] stream, int from, int to, List<String> out) throws FrameException {
    int at = from;
    while (at < to) {
      byte[] space = inbound.space();
      int n = Math.min(inbound.length(), to - at);
      System.arraycopy(stream, at, space, inbound.offset(), n);
      inbound.received(n);
      at += n;
      for (Q q; (q = inbound.next()) != null; ) {
        out.add(text(q));
      }
    }
  }

  private static String text(Object request) {
    return request instanceof byte[] b
        ? new String(b, StandardCharsets.ISO_8859_1)
        : request.toString();
  }
}
