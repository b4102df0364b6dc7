package dev.loompoll.server.internal.blocking;

import dev.loompoll.Conn;
import dev.loompoll.Loompoll;
import dev.loompoll.server.Codec;
import dev.loompoll.server.Handler;
import dev.loompoll.server.internal.Served;
import dev.loompoll.server.internal.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.util.function.Supplier;

/**
 * A connection that three goroutines serve: a reader that decodes, a handler, a writer that
 * encodes, with a bounded channel between each and the next. A client that does not read fills the
 * socket, then the answers' channel, then the requests' channel; then nobody reads from it.
 *
 * <p>The life of the three. Each ends the channel to the next when it ends, whatever it ended of,
 * and each takes from the channel before it until that ends. So they end in this order, nobody
 * waits for one that has ended, and the writer, the last, closes.
 *
 * <pre>
 *   what happens              reader                 handler                     writer
 *   the client ends           ends requests          handles what is there,      writes what is there,
 *                                                    ended(), ends answers       closes
 *   drain, or the client      stops, ends requests   handles what is there,      writes what is there,
 *   broke a limit                                    ends answers                lingers, closes
 *   the handler throws, or    is stopped (as by      throws requests away        writes what is there,
 *   closes, or is shed        drain)                 until they end, ends        lingers, closes
 *                                                    answers
 *   the codec cannot encode   is stopped             its send throws; as above   throws answers away until
 *                                                                                they end, lingers, closes
 *   the client has gone, or   its read fails, ends   its send throws; as above   closes at once, throws
 *   does not read; abort      requests                                           answers away until they end
 * </pre>
 *
 * <p>The writer starts the handler, which starts the reader: who cannot be started counts as ended.
 */
final class PipelineConnection<Q, R> extends Connection {
  private final Service<Q, R> service;
  private final Codec<Q, R> codec;
  private final Supplier<Handler<Q, R>> handlers;
  private final Guards guards;
  private final Channel<Q> requests;
  private final Channel<R> responses;
  private final Flow flow = new Flow();
  private final QueuedAnswers<R> answers;

  /** The client's stream ended, and all was requests. By the reader before it ends its channel. */
  private boolean whole;

  /** How to close. By the reader before it ends its channel, by the handler before it ends its. */
  private Lingering lingering = Lingering.ALWAYS;

  PipelineConnection(
      Service<Q, R> service,
      Codec<Q, R> codec,
      Supplier<Handler<Q, R>> handlers,
      Guards guards,
      Conn conn,
      InetAddress peer) {
    super(service, conn, peer);
    this.service = service;
    this.codec = codec;
    this.handlers = handlers;
    this.guards = guards;
    int capacity = service.limits().channel();
    this.requests = new Channel<>(capacity);
    this.responses = new Channel<>(capacity);
    this.answers = new QueuedAnswers<>(this, responses, flow);
  }

  @Override
  void start() {
    var unused = Loompoll.go(this::runWriter);
  }

  // ---- the reader

  private void runReader() {
    try {
      lingering = read();
    } catch (IOException e) {
      // the client has gone, or the connection was closed: whoever closed it counted that
    } catch (Throwable t) {
      service.failures().accept(t);
    } finally {
      requests.end();
    }
  }

  private Lingering read() throws IOException {
    var in = new Requests<>(this, service.admission(), guards, codec.newDecoder());
    for (; ; ) {
      for (Q q; (q = in.next()) != null; ) {
        put(q);
      }
      switch (in.more()) {
        case BYTES -> {}
        case END -> {
          Q q = in.last();
          if (q != null) {
            put(q);
          }
          whole = in.whole();
          return Lingering.NOT;
        }
        case STOPPED -> {
          return Lingering.ALWAYS;
        }
        case STOPPED_WAITING -> {
          return idleSince() == Served.BUSY ? Lingering.ALWAYS : Lingering.IF_UNREAD;
        }
      }
    }
  }

  private void put(Q request) {
    flow.read();
    requests.put(request);
  }

  // ---- the handler

  private void runHandler() {
    boolean all = false;
    try {
      try {
        var unused = Loompoll.go(this::runReader);
      } catch (Throwable t) {
        requests.end();
        throw t;
      }
      all = handleAll();
    } catch (Throwable t) {
      service.failures().accept(t);
    } finally {
      readNoMore();
      requests.discard();
      if (!all) {
        lingering = Lingering.ALWAYS;
      }
      responses.end();
    }
  }

  /** Whether the connection went on until the requests ended. */
  private boolean handleAll() {
    var handling = new Handling<>(service, handlers.get(), answers);
    if (!handling.opened()) {
      return false;
    }
    for (Q q; (q = requests.take()) != null; ) {
      if (!handling.handle(q)) {
        return false;
      }
      flow.handled();
    }
    return !whole || handling.ended();
  }

  // ---- the writer

  private void runWriter() {
    try {
      try {
        var unused = Loompoll.go(this::runHandler);
      } catch (Throwable t) {
        responses.end();
        throw t;
      }
      writeAll();
      lingering.end(conn);
    } catch (IOException e) {
      // the client has gone
    } catch (Throwable t) {
      service.failures().accept(t);
    } finally {
      close(null);
    }
  }

  /** Until the answers end. */
  private void writeAll() throws IOException {
    var outbound = new Outbound(this, guards);
    try {
      try {
        write(outbound);
      } catch (RuntimeException | Error e) {
        service.failures().accept(e);
        answers.broken(e);
        readNoMore();
        outbound.flush(); // what could be encoded
      }
    } catch (IOException e) {
      answers.broken(e);
      close(null);
      throw e;
    } finally {
      responses.discard();
    }
  }

  private void write(Outbound outbound) throws IOException {
    for (R r; (r = responses.take()) != null; ) {
      int taken = 0;
      do {
        outbound.add(codec.encode(r));
        taken++;
      } while ((r = responses.poll()) != null);
      outbound.flush();
      flow.written(taken);
    }
  }

  // ---- idle or not

  @Override
  public long idleSince() {
    long since = super.idleSince();
    return since == Served.BUSY ? since : flow.quietSince(since);
  }

  /**
   * Whether something is between reader and writer. A client is not idle while it waits for an
   * answer, or reads one.
   */
  static final class Flow {
    // Each counter has one writer. What follows from it is written before it: who sees that a
    // request was handled sees its answers.

    private volatile long read;
    private volatile long handled;
    private volatile long answered;
    private volatile long written;

    /** When a counter last moved; by two, without order between them: about the same time. */
    private volatile long lastMoved;

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer
    void read() {
      read++;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void handled() {
      lastMoved = System.nanoTime();
      handled++;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void answered() {
      answered++;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void written(int n) {
      lastMoved = System.nanoTime();
      written += n;
    }

    /** BUSY, or since when nothing is in it, given since when nothing was put into it. */
    long quietSince(long since) {
      long done = handled;
      if (done != read || written != answered) {
        return Served.BUSY;
      }
      return done == 0 || lastMoved - since < 0 ? since : lastMoved;
    }
  }
}
