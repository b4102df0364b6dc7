package dev.loompoll.server.internal;

import dev.loompoll.server.Codec;
import dev.loompoll.server.FrameException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived on a connection and is not decoded yet, and its decoder. One thread at a time.
 *
 * <pre>{@code
 * byte[] array = inbound.space();
 * int n = conn.read(array, inbound.offset(), inbound.length());
 * inbound.received(n);
 * for (Q q; (q = inbound.next()) != null; ) { ... }
 * }</pre>
 *
 * <p>At the end of the stream {@link #next} first, until that is null, then {@link #end}.
 */
public final class Inbound<Q> {
  // Where the bytes are in the array: 0 <= start <= end <= array.length; both 0 if there are none.
  //
  // A byte is moved at most about twice for each time that the array doubles. It is moved within
  // the array only when what waits is at most half of it, and there was little room behind it, so
  // that about as much must have been decoded since the last time.

  /**
   * The array's size at first, and again after a large request. Most of what an idle connection
   * costs: a crowd's are copied by the next collection, while all others wait.
   */
  private static final int SMALL = 512;

  /** As much must be free for a read, or half of a smaller array. */
  private static final int ROOM = 2 * 1024;

  /** Up to this size the array grows to be filled by fewer reads, and stays until {@link #rest}. */
  private static final int LARGE = 64 * 1024;

  private static final int LARGEST = Integer.MAX_VALUE - 8; // of arrays that HotSpot makes

  private final Codec.Decoder<Q> decoder;
  private byte[] array = new byte[SMALL];

  /** Of the array, for the decoder. */
  private ByteBuffer view = ByteBuffer.wrap(array);

  private int start;
  private int end;

  /** Whether the last read filled all the room that it had: there may be much more. */
  private boolean filled;

  public Inbound(Codec.Decoder<Q> decoder) {
    this.decoder = decoder;
  }

  /** Makes room for a read, and returns the array that it is in. */
  public byte[] space() {
    if (filled && array.length < LARGE) {
      moveTo(new byte[2 * array.length]);
    } else if (array.length - end < Math.min(ROOM, array.length / 2)) {
      makeRoom();
    }
    filled = false;
    return array;
  }

  /** Where the room begins, after {@link #space}. */
  public int offset() {
    return end;
  }

  /**
   * How many bytes there is room for, after {@link #space}: at least 1, mostly half of the array.
   */
  public int length() {
    return array.length - end;
  }

  private void makeRoom() {
    if (end - start <= array.length / 2) {
      moveTo(array);
    } else if (array.length < LARGEST) {
      moveTo(new byte[(int) Math.min(2L * array.length, LARGEST)]);
    } else if (start > 0) {
      moveTo(array);
    } else if (end == LARGEST) {
      throw new OutOfMemoryError("a decoder took none of " + end + " bytes");
    }
  }

  private void moveTo(byte[] target) {
    System.arraycopy(array, start, target, 0, end - start);
    end -= start;
    start = 0;
    if (target != array) {
      array = target;
      view = ByteBuffer.wrap(target);
    }
  }

  /** So many bytes were read to {@link #offset}. */
  public void received(int n) {
    filled = n == array.length - end;
    end += n;
  }

  /** The next request that is whole, or null. */
  public @Nullable Q next() throws FrameException {
    Q request = decoder.decode(view.limit(end).position(start));
    taken();
    return request;
  }

  /** The stream has ended: a last request that its end made whole, or null. Once. */
  public @Nullable Q end() throws FrameException {
    Q request = decoder.end(view.limit(end).position(start));
    taken();
    return request;
  }

  private void taken() {
    start = view.position();
    if (start < end) {
      return;
    }
    start = 0;
    end = 0;
    if (array.length > LARGE) {
      shrink();
    }
  }

  /** For a connection that has been idle for a while: gives memory back, if nothing is in it. */
  public void rest() {
    if (start == end && array.length > SMALL) {
      shrink();
    }
  }

  private void shrink() {
    moveTo(new byte[SMALL]);
    filled = false;
  }

  /**
   * Whether bytes are left that no request has taken: one has begun, or waits for {@link #next}.
   */
  public boolean pending() {
    return start < end;
  }

  /** How many bytes are left that no request has taken. */
  public int remaining() {
    return end - start;
  }
}
