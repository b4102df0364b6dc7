package dev.loompoll.bench.overload;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * What the servers of the overload experiments are asked, and do: the payloads of frames with a
 * length of four bytes before them. Must match the load generator's {@code Frames}.
 *
 * <pre>
 * request: id 8, work 4, filler
 * answer:  id 8, status 1, filler
 * </pre>
 */
final class Protocol {
  /** Bytes of a request without filler. */
  static final int REQUEST = 12;

  static final int ANSWER = 9;

  static final byte SERVED = 0;
  static final byte REFUSED = 1;

  /** In work: its microseconds are slept, not burnt. */
  static final int SLEEP = 1 << 24;

  /** In work: the answer has the request's filler. */
  static final int ECHO = 1 << 25;

  private static final int MICROS = SLEEP - 1;

  private Protocol() {}

  /** Does what the request asks for. */
  static byte[] serve(Busy busy, byte[] request) {
    ByteBuffer in = ByteBuffer.wrap(request);
    if (request.length < REQUEST) {
      throw new IllegalArgumentException("a request of " + request.length + " bytes");
    }
    int work = in.getInt(8);
    int micros = work & MICROS;
    if ((work & SLEEP) != 0) {
      sleep(micros);
    } else if (micros > 0) {
      busy.burn(micros);
    }
    int filler = (work & ECHO) != 0 ? request.length - REQUEST : 0;
    byte[] answer = new byte[ANSWER + filler];
    ByteBuffer.wrap(answer).putLong(in.getLong(0)).put(SERVED);
    return answer;
  }

  /** Does nothing of it. */
  static byte[] refuse(byte[] request) {
    byte[] answer = new byte[ANSWER];
    ByteBuffer.wrap(answer).putLong(ByteBuffer.wrap(request).getLong(0)).put(REFUSED);
    return answer;
  }

  private static void sleep(int micros) {
    long end = System.nanoTime() + micros * 1000L;
    for (long left; (left = end - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }
}
