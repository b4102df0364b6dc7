package dev.loompoll.bench.load;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Closed loop: each connection has one request outstanding, always; one that is refused, or sent
 * away, comes again a little later. What is served so is the server's capacity.
 */
final class Saturation {
  private static final long AGAIN_NANOS = 10_000_000;

  /** Longer than that nothing is awaited before a slice, or after it. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private final EventLoop loop = new EventLoop();
  private final InetSocketAddress to;
  private final int work;
  private final Latencies latency = new Latencies();
  private final List<Client> clients = new ArrayList<>();
  private long served;
  private long refused;
  private long ends;
  private boolean counting;
  private boolean over;

  Saturation(InetSocketAddress to, int work) throws IOException {
    this.to = to;
    this.work = work;
  }

  /** One line of JSON. */
  String run(int connections, long millis) throws IOException {
    try {
      long now = System.nanoTime();
      for (int i = 0; i < connections; i++) {
        Client client = new Client();
        clients.add(client);
        client.connect(now);
        now = loop.turn(now);
      }
      for (long until = now + PATIENCE_NANOS;
          now < until && !clients.stream().allMatch(c -> c.decided); ) {
        now = loop.turn(now);
      }
      counting = true;
      long start = now;
      long end = start + millis * 1_000_000;
      while (now < end) {
        now = loop.turn(now);
      }
      counting = false;
      over = true;
      long nanos = now - start;
      for (long until = now + PATIENCE_NANOS;
          now < until && clients.stream().anyMatch(c -> c.waits); ) {
        now = loop.turn(now);
      }
      return "{\"served\":%d,\"refused\":%d,\"ends\":%d,\"nanos\":%d,\"latency\":%s}"
          .formatted(served, refused, ends, nanos, Book.json(latency));
    } finally {
      loop.close();
    }
  }

  private final class Client extends Peer {
    private final Frames.Parser parser = new Frames.Parser();
    private long number;
    private long sentAt;
    private long now;
    private boolean waits;

    Client() {
      super(Saturation.this.loop, Saturation.this.to);
    }

    private void ask(long now) {
      if (over) {
        return;
      }
      Frames.request(SCRATCH, ++number, work, Frames.REQUEST);
      sentAt = now;
      waits = true;
      // one at a time: there is room for it, and if the connection is broken an event tells
      long unused = Sys.send(fd, SCRATCH, Frames.REQUEST);
    }

    @Override
    void connected(long now) {
      ask(now);
    }

    @Override
    void came(MemorySegment bytes, long n, long now) throws IOException {
      this.now = now;
      parser.take(bytes, n, this::answer);
    }

    private boolean answer(long id, boolean ok) throws IOException {
      if (id != number || !waits) {
        throw new IOException("an answer to " + id + ", asked was " + number);
      }
      waits = false;
      if (ok) {
        if (counting) {
          served++;
          latency.record(now - sentAt);
        }
        ask(now);
      } else {
        refused++;
        loop.at(now + AGAIN_NANOS, this);
      }
      return true;
    }

    @Override
    void gone(long now, boolean reset) {
      ends++;
      waits = false;
      parser.clear();
      loop.at(now + AGAIN_NANOS, this);
    }

    @Override
    void alarm(long now) throws IOException {
      if (over) {
        return;
      }
      if (fd < 0) {
        connect(now);
      } else if (connected && !waits) {
        ask(now);
      }
    }
  }

  private static final MemorySegment SCRATCH = Sys.allocate(Frames.REQUEST);
}
