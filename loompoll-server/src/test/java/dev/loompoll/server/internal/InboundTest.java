package dev.loompoll.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.loompoll.server.Codec;
import dev.loompoll.server.Codecs;
import dev.loompoll.server.FrameException;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InboundTest {
  private static final int SMALL = 512;
  private static final int LARGE = 64 * 1024;

  private static <Q> void receive(Inbound<Q> inbound, byte[] bytes, int from, int n) {
    System.arraycopy(bytes, from, inbound.space(), inbound.offset(), n);
    inbound.received(n);
  }

  private static void fill(Inbound<?> inbound) {
    inbound.space();
    inbound.received(inbound.length());
  }

  @Test
  void emptyItBeginsAtTheArraysBegin() throws FrameException {
    Inbound<byte[]> inbound = new Inbound<>(Codecs.bytes().newDecoder());
    byte[] first = inbound.space();
    assertThat(first).hasSize(SMALL);
    for (int i = 0; i < 10; i++) {
      assertThat(inbound.pending()).isFalse();
      receive(inbound, new byte[] {1, 2, 3}, 0, 3);
      assertThat(inbound.pending()).isTrue();
      assertThat(inbound.next()).containsExactly(1, 2, 3);
      assertThat(inbound.next()).isNull();
      assertThat(inbound.pending()).isFalse();
      assertThat(inbound.space()).isSameAs(first);
      assertThat(inbound.offset()).isZero();
      assertThat(inbound.length()).isEqualTo(SMALL);
    }
  }

  @Test
  void readsThatFillItMakeItGrowTo64KiBAndNoFurther() throws FrameException {
    Inbound<byte[]> inbound = new Inbound<>(Codecs.bytes().newDecoder());
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      fill(inbound);
      sizes.add(inbound.next().length);
    }
    assertThat(sizes)
        .containsExactly(512, 1024, 2048, 4096, 8192, 16_384, 32_768, LARGE, LARGE, LARGE);
  }

  @Test
  void aReadThatLeavesRoomDoesNotMakeItGrow() throws FrameException {
    Inbound<byte[]> inbound = new Inbound<>(Codecs.bytes().newDecoder());
    for (int i = 0; i < 10; i++) {
      receive(inbound, new byte[SMALL], 0, SMALL - 1);
      assertThat(inbound.next()).hasSize(SMALL - 1);
    }
    assertThat(inbound.space()).hasSize(SMALL);
  }

  @Test
  void afterALargeRequestItIsSmallAgain() throws FrameException {
    byte[] stream = Codecs.lengthPrefixed(4, LARGE).encode(new byte[LARGE]).array();
    Inbound<byte[]> inbound = new Inbound<>(Codecs.lengthPrefixed(4, LARGE).newDecoder());
    int at = 0;
    while (at < stream.length) {
      inbound.space();
      int n = Math.min(inbound.length(), stream.length - at);
      receive(inbound, stream, at, n);
      at += n;
      if (at < stream.length) {
        assertThat(inbound.next()).isNull();
      }
    }
    assertThat(inbound.space().length).isGreaterThan(LARGE);
    assertThat(inbound.next()).hasSize(LARGE);
    assertThat(inbound.space()).hasSize(SMALL);
    assertThat(inbound.length()).isEqualTo(SMALL);
  }

  @Test
  void atRestItIsSmallAgainUnlessSomethingIsInIt() throws FrameException {
    Inbound<byte[]> inbound = new Inbound<>(Codecs.lengthPrefixed(1, 255).newDecoder());
    fill(inbound);
    byte[] grown = inbound.space();
    assertThat(grown).hasSize(2 * SMALL);
    inbound.rest();
    assertThat(inbound.space()).isSameAs(grown);
    assertThat(inbound.remaining()).isEqualTo(SMALL);
    while (inbound.next() != null) { // they are empty
    }
    inbound.rest();
    byte[] small = inbound.space();
    assertThat(small).hasSize(SMALL);
    inbound.rest();
    assertThat(inbound.space()).isSameAs(small);
    receive(inbound, new byte[] {2, 5, 6}, 0, 3);
    assertThat(inbound.next()).containsExactly(5, 6);
  }

  @Test
  void halfOfTheSmallArrayIsFreeForAReadWhateverWaits() throws FrameException {
    Inbound<byte[]> inbound = new Inbound<>(Codecs.lengthPrefixed(2, 65535).newDecoder());
    byte[] stream = Codecs.lengthPrefixed(2, 65535).encode(new byte[65535]).array();
    for (int at = 0; at < stream.length; at++) {
      inbound.space();
      assertThat(inbound.length()).isGreaterThanOrEqualTo(SMALL / 2);
      receive(inbound, stream, at, 1);
    }
    assertThat(inbound.next()).hasSize(65535);
  }

  @Test
  void whatOneRequestLeavesIsMovedAndNotLost() throws FrameException {
    Codec<byte[], byte[]> codec = Codecs.lengthPrefixed(2, 3000);
    Inbound<byte[]> inbound = new Inbound<>(codec.newDecoder());
    Random random = new Random(5);
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      byte[] payload = new byte[random.nextInt(3000)];
      random.nextBytes(payload);
      sent.add(payload);
      stream.writeBytes(codec.encode(payload).array());
    }
    byte[] bytes = stream.toByteArray();
    List<byte[]> got = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      inbound.space();
      assertThat(inbound.length()).isPositive();
      int n = Math.min(1 + random.nextInt(inbound.length()), bytes.length - at);
      receive(inbound, bytes, at, n);
      at += n;
      // Some models take one request at a time, and read on while others wait.
      byte[] next = inbound.next();
      while (next != null) {
        got.add(next);
        next = random.nextInt(4) == 0 ? null : inbound.next();
      }
    }
    for (byte[] next; (next = inbound.next()) != null; ) {
      got.add(next);
    }
    assertThat(inbound.end()).isNull();
    assertThat(got.toArray(byte[][]::new)).isDeepEqualTo(sent.toArray(byte[][]::new));
  }

  @Test
  void aDecoderMayNarrowTheBuffer() throws FrameException {
    Codec.Decoder<Integer> decoder =
        in -> {
          if (in.remaining() < 2) {
            return null;
          }
          in.limit(in.position() + 2);
          return (int) in.getShort();
        };
    Inbound<Integer> inbound = new Inbound<>(decoder);
    receive(inbound, new byte[] {0, 1, 0, 2, 0}, 0, 5);
    assertThat(inbound.next()).isEqualTo(1);
    assertThat(inbound.remaining()).isEqualTo(3);
    assertThat(inbound.next()).isEqualTo(2);
    assertThat(inbound.remaining()).isEqualTo(1);
    assertThat(inbound.next()).isNull();
    receive(inbound, new byte[] {3}, 0, 1);
    assertThat(inbound.next()).isEqualTo(3);
    assertThat(inbound.pending()).isFalse();
  }

  @Test
  void aDecoderMayKeepWhatItConsumed() throws FrameException {
    // It takes all bytes at once and has a request for each.
    Codec.Decoder<Byte> decoder =
        new Codec.Decoder<>() {
          private final ByteBuffer kept = ByteBuffer.allocate(100).limit(0);

          @Override
          public Byte decode(ByteBuffer in) {
            if (in.hasRemaining()) {
              kept.compact().put(in).flip();
            }
            return kept.hasRemaining() ? kept.get() : null;
          }
        };
    Inbound<Byte> inbound = new Inbound<>(decoder);
    receive(inbound, new byte[] {1, 2}, 0, 2);
    assertThat(inbound.next()).isEqualTo((byte) 1);
    assertThat(inbound.next()).isEqualTo((byte) 2);
    assertThat(inbound.next()).isNull();
  }

  static Stream<Supplier<Codec<?, ?>>> codecs() {
    return Stream.of(
        Codecs::bytes,
        () -> Codecs.lines(1000),
        () -> Codecs.lengthPrefixed(4, 1 << 30),
        () -> Codecs.delimited(new byte[] {1, 1, 2}, 1000));
  }

  /** 1000 bytes that are the beginning of a request, one by one: nothing but room for them. */
  @ParameterizedTest
  @MethodSource("codecs")
  void piecesOfARequestAllocateNothing(Supplier<Codec<?, ?>> codec) throws FrameException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Inbound<?> inbound = new Inbound<>(codec.get().newDecoder());
    byte[] one = {1};
    boolean empties = codec.get() == Codecs.bytes();
    long first = 0;
    for (int i = 0; i < 1000; i++) {
      if (i == 100) { // what is loaded and linked at first is not counted
        first = threads.getCurrentThreadAllocatedBytes();
      }
      if (!empties) {
        receive(inbound, one, 0, 1);
      }
      if (inbound.next() != null) {
        throw new AssertionError("a request at byte " + i);
      }
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - first)
        .isLessThan(4_500); // 900 pieces would be 14 400
  }
}
