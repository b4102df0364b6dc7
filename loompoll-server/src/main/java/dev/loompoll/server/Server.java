package dev.loompoll.server;

import dev.loompoll.ListenConfig;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import dev.loompoll.internal.net.Preload;
import dev.loompoll.server.internal.Connections;
import dev.loompoll.server.internal.Runner;
import dev.loompoll.server.internal.Runners;
import dev.loompoll.server.internal.Service;
import dev.loompoll.server.internal.Tally;
import dev.loompoll.server.internal.admission.Admission;
import dev.loompoll.server.internal.gate.Gate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server: listeners, a handler, a {@link Model} and {@link Limits}.
 *
 * <pre>{@code
 * Server server = Server.builder()
 *     .listen("tcp", "127.0.0.1:8888")
 *     .handler(Codecs.lines(4096), Handler.answering(line -> "you said " + line))
 *     .start();
 * ...
 * DrainResult end = server.drain(Duration.ofSeconds(10));
 * }</pre>
 *
 * <p>Any thread may call any method.
 */
public final class Server implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.loompoll.server");

  static {
    Preload.packageOf(Server.class); // of what a shortage of descriptors meets, nothing is missing
  }

  private final List<Listener> listeners;
  private final Service<?, ?> service;
  private final Runner runner;

  /** Completed by whoever ends the server first; the others wait for it. */
  private final CompletableFuture<DrainResult> ended = new CompletableFuture<>();

  private final CompletableFuture<Void> hurry = new CompletableFuture<>();

  /** Set by the one who ends the server. */
  private final AtomicBoolean ending = new AtomicBoolean();

  private final ReentrantLock stopping = new ReentrantLock();

  /** Nobody is let in any more. Guarded by {@link #stopping}. */
  private boolean stopped;

  private Server(List<Listener> listeners, Service<?, ?> service, Runner runner) {
    this.listeners = listeners;
    this.service = service;
    this.runner = runner;
  }

  /** For a new server. */
  public static Builder<Void, Void> builder() {
    return new Builder<>();
  }

  /** Where it listens; the first address, if there are several. */
  public InetSocketAddress address() {
    return listeners.getFirst().address();
  }

  /** Where it listens, in the order in which that was asked for. */
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(Listener::address).toList();
  }

  /** What it has done, and does now. */
  public ServerStats stats() {
    Tally t = service.tally();
    Gate gate = service.gate();
    return new ServerStats(
        t.accepted.sum(),
        service.connections().size(),
        t.requests.sum(),
        t.answered.sum(),
        t.failed.sum(),
        t.degraded.sum(),
        gate.inFlight(),
        gate.queued(),
        gate.limit(),
        t.refused());
  }

  /**
   * Ends the server: accepts no more; what was read is answered, and what was answered is sent;
   * connections without a request end at once. Those that are left when time is up are closed. A
   * {@link ConnHandler} is not told: it may finish until then. Returns when no connection is left.
   *
   * <p>If it is being ended already, waits for that.
   *
   * @param patience zero closes at once
   */
  public DrainResult drain(Duration patience) throws IOException, InterruptedException {
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience is negative: " + patience);
    }
    if (!ending.compareAndSet(false, true)) {
      return waitForEnd();
    }
    try {
      DrainResult result = end(patience);
      ended.complete(result);
      return result;
    } catch (Throwable t) {
      ended.completeExceptionally(t);
      throw t;
    }
  }

  private DrainResult waitForEnd() throws IOException, InterruptedException {
    try {
      return ended.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  /**
   * The first half of {@link #drain} alone: nobody is let in any more, those who are in notice
   * nothing. Doing it again does nothing.
   *
   * @return how many connections there are
   */
  public int stopAccepting() throws IOException, InterruptedException {
    stopping.lock();
    try {
      if (!stopped) {
        service.admission().close();
        for (Listener listener : listeners) {
          listener.close();
        }
        runner.stopAccepting();
        stopped = true;
      }
    } finally {
      stopping.unlock();
    }
    return service.connections().size();
  }

  private DrainResult end(Duration patience) throws IOException, InterruptedException {
    long start = System.nanoTime();
    var unused = stopAccepting();
    Connections connections = service.connections();
    int all = connections.drain();
    int forced = 0;
    if (!awaitEmpty(patience)) {
      forced = connections.abort();
      connections.awaitEmpty(Long.MAX_VALUE);
    }
    runner.end();
    service.gate().close();
    return new DrainResult(all - forced, forced, Duration.ofNanos(System.nanoTime() - start));
  }

  /** Until none is left, or patience has ended, by time or by {@link #hurry}. */
  private boolean awaitEmpty(Duration patience) throws InterruptedException {
    Connections connections = service.connections();
    CompletableFuture<Void> empty =
        CompletableFuture.runAsync(
            () -> {
              try {
                connections.awaitEmpty(Long.MAX_VALUE);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            task -> Thread.ofVirtual().name("drain").start(task));
    try {
      CompletableFuture.anyOf(empty, hurry).get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // closed by force below
    }
    return connections.awaitEmpty(0);
  }

  /** Makes a {@link #drain} that is under way close what is left, now. */
  public void hurry() {
    hurry.complete(null);
  }

  /** {@link #drain} without patience, and without a drain that is under way losing its own. */
  @Override
  public void close() throws IOException {
    hurry();
    try {
      drain(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What a server is made of. Not for several threads.
   *
   * @param <Q> requests
   * @param <R> answers
   */
  public static final class Builder<Q, R> {
    private record Place(String network, String address) {}

    private final List<Place> places = new ArrayList<>();
    private ListenConfig listenConfig = ListenConfig.create();
    private Model model = Model.GOROUTINE;
    private Workers workers =
        Workers.threads(Math.max(2, Runtime.getRuntime().availableProcessors()));
    private int reactors = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    private Limits limits = Limits.defaults();
    private @Nullable Codec<Q, R> codec;
    private @Nullable Supplier<Handler<Q, R>> handlers;
    private @Nullable ConnHandler connHandler;
    private @Nullable Handler<Q, R> degraded;
    private @Nullable ByteBuffer refusal;
    private Consumer<Throwable> failures = Server::log;

    private Builder() {}

    /** Where to listen, as {@link Net#listen(String, String)}; may be called several times. */
    public Builder<Q, R> listen(String network, String address) {
      places.add(new Place(Objects.requireNonNull(network), Objects.requireNonNull(address)));
      return this;
    }

    /** How to listen. */
    public Builder<Q, R> listenConfig(ListenConfig config) {
      listenConfig = Objects.requireNonNull(config);
      return this;
    }

    /** The default is {@link Model#GOROUTINE}. */
    public Builder<Q, R> model(Model m) {
      model = Objects.requireNonNull(m);
      return this;
    }

    /** For {@link Model#REACTOR} and {@link Model#CLASSIC}; the default is a thread a processor. */
    public Builder<Q, R> workers(Workers w) {
      workers = Objects.requireNonNull(w);
      return this;
    }

    /** How many sub-reactors {@link Model#REACTOR} has, 1 to 1024. */
    public Builder<Q, R> reactors(int n) {
      if (n < 1 || n > 1024) {
        throw new IllegalArgumentException("reactors " + n + " is not from 1 to 1024");
      }
      reactors = n;
      return this;
    }

    /** What the server bears. */
    public Builder<Q, R> limits(Limits l) {
      limits = Objects.requireNonNull(l);
      return this;
    }

    /** One handler for all connections, which keeps nothing about any of them. */
    public <Q2, R2> Builder<Q2, R2> handler(Codec<Q2, R2> codec, Handler<Q2, R2> handler) {
      Objects.requireNonNull(handler);
      return handlers(codec, () -> handler);
    }

    /** A handler of its own for each connection. */
    @SuppressWarnings("unchecked") // from here on it is a builder of these
    public <Q2, R2> Builder<Q2, R2> handlers(
        Codec<Q2, R2> codec, Supplier<Handler<Q2, R2>> handlers) {
      Builder<Q2, R2> typed = (Builder<Q2, R2>) this;
      typed.codec = Objects.requireNonNull(codec);
      typed.handlers = Objects.requireNonNull(handlers);
      typed.connHandler = null;
      return typed;
    }

    /** Connections are served as they are, for models where {@link Model#givesConn()}. */
    public Builder<Q, R> connHandler(ConnHandler handler) {
      connHandler = Objects.requireNonNull(handler);
      codec = null;
      handlers = null;
      return this;
    }

    /**
     * A cheaper answer for a request that is shed. It runs on the thread that does the I/O: it must
     * not block. Without one, a connection whose request is shed is closed.
     */
    public Builder<Q, R> degrade(Handler<Q, R> handler) {
      degraded = Objects.requireNonNull(handler);
      return this;
    }

    /**
     * What a connection beyond {@link Limits#hardLimit()} is sent before it is closed, as far as
     * the kernel takes it at once.
     */
    public Builder<Q, R> refusal(ByteBuffer answer) {
      refusal = answer.asReadOnlyBuffer();
      return this;
    }

    /**
     * Told what connections die of, when that was neither their peer's doing nor a limit's; by
     * default that is logged. Any thread, several at once.
     */
    public Builder<Q, R> onFailure(Consumer<Throwable> consumer) {
      failures = Objects.requireNonNull(consumer);
      return this;
    }

    /**
     * Listens and begins to serve.
     *
     * @throws IllegalArgumentException if what was set contradicts
     * @throws IOException if an address cannot be listened on; says which and why
     */
    public Server start() throws IOException {
      if (places.isEmpty()) {
        throw new IllegalArgumentException("no address to listen on");
      }
      if (handlers == null && connHandler == null) {
        throw new IllegalArgumentException("no handler");
      }
      if (connHandler != null && !model.givesConn()) {
        throw new IllegalArgumentException(
            "model "
                + model.label()
                + " gives no connection to a handler of its own; a ConnHandler runs under goroutine"
                + " and thread, a Handler with a codec under all");
      }
      Tally tally = new Tally();
      Connections connections = new Connections();
      Gate gate = new Gate(limits, tally, System::nanoTime);
      Admission admission = new Admission(limits, connections, tally, System::nanoTime);
      admission.refuseDuring(gate::refusesConnection);
      Service<Q, R> service =
          new Service<>(
              codec,
              handlers,
              connHandler,
              degraded,
              refusal,
              limits,
              admission,
              gate,
              connections,
              tally,
              failures);
      List<Listener> listeners = new ArrayList<>();
      boolean done = false;
      try {
        for (Place place : places) {
          listeners.add(
              listenConfig.returnResourceErrors(true).listen(place.network, place.address));
        }
        Runner runner = Runners.of(model, reactors, workers, service);
        runner.start(listeners);
        done = true;
        return new Server(List.copyOf(listeners), service, runner);
      } finally {
        if (!done) {
          service.admission().close(); // it holds a descriptor
          for (Listener listener : listeners) {
            listener.close();
          }
        }
      }
    }
  }

  private static void log(Throwable t) {
    LOG.log(System.Logger.Level.WARNING, "a connection failed", t);
  }
}
