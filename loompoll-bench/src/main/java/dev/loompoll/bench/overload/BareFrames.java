package dev.loompoll.bench.overload;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** A connection served by plain blocking code, with nothing between it and too much load. */
final class BareFrames {
  /** Some way to read and write. */
  interface Stream {
    int read(byte[] b, int offset, int length) throws IOException;

    void write(byte[] b) throws IOException;
  }

  private static final int ROOM = 4096;

  private final Busy busy;
  private final int most;
  final LongAdder accepted = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final LongAdder answered = new LongAdder();

  BareFrames(Busy busy, Map<String, String> options) {
    this.busy = busy;
    this.most = Integer.parseInt(options.getOrDefault("max-frame", "1024"));
  }

  Map<String, Long> stats() {
    return Map.of(
        "accepted", accepted.sum(), "requests", requests.sum(), "answered", answered.sum());
  }

  /** Until the client ends it. */
  void serve(Stream stream) throws IOException {
    byte[] in = new byte[ROOM];
    int have = 0;
    while (true) {
      while (have >= 4) {
        int length = ByteBuffer.wrap(in).getInt(0);
        if (length < Protocol.REQUEST || length > most) {
          throw new IOException("a frame of " + length + " bytes");
        }
        if (have < 4 + length) {
          if (in.length < 4 + length) {
            in = java.util.Arrays.copyOf(in, 4 + length);
          }
          break;
        }
        byte[] request = new byte[length];
        System.arraycopy(in, 4, request, 0, length);
        have -= 4 + length;
        System.arraycopy(in, 4 + length, in, 0, have);
        requests.increment();
        byte[] answer = Protocol.serve(busy, request);
        stream.write(
            ByteBuffer.allocate(4 + answer.length).putInt(answer.length).put(answer).array());
        answered.increment();
      }
      int n = stream.read(in, have, in.length - have);
      if (n <= 0) {
        return;
      }
      have += n;
    }
  }
}
