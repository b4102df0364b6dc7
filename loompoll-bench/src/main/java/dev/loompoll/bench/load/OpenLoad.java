package dev.loompoll.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Open loop: requests of a {@link Book} are sent when they are due, whatever is outstanding; beside
 * them {@link Crowd}s do what they do. It differs from {@link FixedRate} in that refusals, closed
 * connections and answers that never come are expected, and counted.
 */
final class OpenLoad {
  private static final long CONNECT_NANOS = 10_000_000_000L;

  /** Requests that are sent between two looks at the network. */
  private static final int BURST = 64;

  private static final long AGAIN_NANOS = 100_000_000;

  private final EventLoop loop;
  private final InetSocketAddress to;
  private final Offer offer;
  private final Book book;
  private final List<Persistent> clients = new ArrayList<>();
  private final ArrayDeque<Once> idle = new ArrayDeque<>();
  private final List<Crowd> crowds;
  private int nextClient;
  private int connections;
  private int mostConnections;
  private long ends;
  private long resets;

  OpenLoad(InetSocketAddress to, Offer offer) throws IOException {
    this.to = to;
    this.offer = offer;
    loop = new EventLoop();
    book = new Book(offer.phases(), offer.seed());
    crowds = Crowd.of(offer.crowds(), loop, to);
  }

  /** One line of JSON. */
  String run() throws IOException {
    try {
      connect();
      System.gc();
      long start = System.nanoTime();
      book.begin(start);
      loop.idleNanos = 0;
      for (Crowd crowd : crowds) {
        crowd.start(start);
      }
      long now = load(start);
      long end = book.end();
      double idle = (double) loop.idleNanos / Math.max(1, end - start);
      long patience = now + offer.graceMillis() * 1_000_000;
      while ((book.outstanding() > 0 || connections > 0) && now < patience) {
        now = loop.turn(now);
      }
      book.close();
      return json(idle);
    } finally {
      loop.close();
    }
  }

  private void connect() throws IOException {
    long now = System.nanoTime();
    long until = now + CONNECT_NANOS;
    for (int i = 0; i < offer.connections(); i++) {
      Persistent client = new Persistent();
      clients.add(client);
      client.connect(now);
      now = loop.turn(now);
    }
    while (now < until && !clients.stream().allMatch(c -> c.decided)) {
      now = loop.turn(now);
    }
  }

  /** All are due before the end; who was kept from the CPU then sends the last of them after it. */
  private long load(long start) throws IOException {
    long now = start;
    int next = 0;
    while (now < book.end() || next < book.count()) {
      for (int k = 0; k < BURST && next < book.count() && book.due(next) <= now; k++) {
        book.looked(next, now);
        issue(next++, now);
        now = System.nanoTime();
      }
      now = loop.turn(now);
      if (!offer.reconnect() && clients.stream().allMatch(c -> c.fd < 0)) {
        break; // the server has ended
      }
    }
    return now;
  }

  private void issue(int request, long now) throws IOException {
    if (offer.connections() > 0) {
      for (int tried = 0; tried < clients.size(); tried++) {
        Persistent client = clients.get(nextClient);
        nextClient = nextClient + 1 == clients.size() ? 0 : nextClient + 1;
        if (client.connected) {
          client.ask(request, now);
          return;
        }
      }
    } else if (connections < offer.inFlight()) {
      Once client = idle.isEmpty() ? new Once() : idle.pop();
      connections++;
      mostConnections = Math.max(mostConnections, connections);
      client.ask(request, now);
      client.connect(now);
      return;
    }
    book.notSent(request);
  }

  private String json(double idle) {
    StringBuilder out = new StringBuilder();
    out.append("{\"begin\":").append(book.beginning()).append(',').append(book.json());
    out.append(",\"ends\":%d,\"resets\":%d".formatted(ends, resets));
    out.append(",\"mostConnections\":").append(mostConnections);
    out.append(String.format(Locale.ROOT, ",\"idle\":%.4f", idle));
    out.append(",\"crowds\":{");
    String separator = "";
    for (Crowd crowd : crowds) {
      out.append(separator).append(crowd.json());
      separator = ",";
    }
    return out.append("}}").toString();
  }

  private void count(boolean reset) {
    if (reset) {
      resets++;
    } else {
      ends++;
    }
  }

  /** A client that stays, and comes again if it is sent away. */
  private final class Persistent extends Asking {
    Persistent() {
      super(OpenLoad.this.loop, OpenLoad.this.to, OpenLoad.this.book, offer.work());
    }

    @Override
    void answered() {}

    @Override
    void lost(long now, boolean reset) {
      count(reset);
      if (offer.reconnect()) {
        loop.at(now + AGAIN_NANOS, this);
      }
    }

    @Override
    void alarm(long now) throws IOException {
      connect(now);
    }
  }

  /** A client that comes for one request. */
  private final class Once extends Asking {
    Once() {
      super(OpenLoad.this.loop, OpenLoad.this.to, OpenLoad.this.book, offer.work());
    }

    @Override
    void answered() throws IOException {
      close();
      done();
    }

    @Override
    void lost(long now, boolean reset) {
      count(reset);
      done();
    }

    private void done() {
      forget();
      connections--;
      idle.push(this);
    }
  }
}
