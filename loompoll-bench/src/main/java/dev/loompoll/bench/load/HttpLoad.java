package dev.loompoll.bench.load;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One HTTP request at a time on each connection, always the same, and its answer of a known length:
 * what other people's load generators do, so that our figures can be held against theirs.
 */
final class HttpLoad {
  private static final int LONGEST = 16 * 1024;

  private final MemorySegment request;
  private final MemorySegment in = Sys.allocate(LONGEST);
  private final int answer;
  private final int[] fds;
  private final long[] sentAt;
  private final int[] received;

  /**
   * @param answer bytes of the whole answer, headers included
   */
  HttpLoad(InetSocketAddress to, int connections, int answer) throws IOException {
    byte[] text =
        "GET / HTTP/1.1\r\nHost: %s:%d\r\n\r\n"
            .formatted(to.getAddress().getHostAddress(), to.getPort())
            .getBytes(StandardCharsets.US_ASCII);
    request = Sys.allocate(text.length);
    MemorySegment.copy(MemorySegment.ofArray(text), 0, request, 0, text.length);
    if (answer > LONGEST) {
      throw new IOException("an answer has " + LONGEST + " bytes at most");
    }
    this.answer = answer;
    fds = new int[connections];
    sentAt = new long[connections];
    received = new int[connections];
    Arrays.fill(fds, -1);
    for (int i = 0; i < connections; i++) {
      fds[i] = Sys.connect(to);
    }
  }

  Outcome run(long millis) throws IOException {
    Latencies latency = new Latencies();
    long units = 0;
    long polls = 0;
    long emptyPolls = 0;
    long emptyNanos = 0;
    long start = System.nanoTime();
    long end = start + millis * 1_000_000;
    for (int i = 0; i < fds.length; i++) {
      send(i, start);
    }
    long now = start;
    while (now < end) {
      for (int i = 0; i < fds.length && now < end; i++) {
        polls++;
        boolean complete = receive(i);
        long then = now;
        now = System.nanoTime();
        if (complete) {
          latency.record(now - sentAt[i]);
          units++;
          send(i, now);
        } else {
          emptyPolls++;
          emptyNanos += now - then;
        }
      }
    }
    return new Outcome(units, 0, 0, now - start, polls, emptyPolls, emptyNanos, 0, latency);
  }

  private void send(int i, long now) throws IOException {
    sentAt[i] = now;
    received[i] = 0;
    if (Sys.send(fds[i], request, request.byteSize()) != request.byteSize()) {
      throw new IOException("connection " + i + ": send failed; has the server closed it?");
    }
  }

  private boolean receive(int i) throws IOException {
    long got = Sys.recv(fds[i], in, LONGEST);
    if (got < 0) {
      return false;
    }
    if (got == 0) {
      throw new IOException("connection " + i + ": closed by the server");
    }
    received[i] += (int) got;
    if (received[i] > answer) {
      throw new IOException("connection " + i + ": a longer answer than " + answer + " bytes");
    }
    return received[i] == answer;
  }

  void close() {
    for (int fd : fds) {
      if (fd >= 0) {
        Sys.close(fd);
      }
    }
  }
}
