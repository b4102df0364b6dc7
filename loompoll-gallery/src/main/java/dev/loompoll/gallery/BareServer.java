package dev.loompoll.gallery;

import dev.loompoll.Net;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is the same for every model: beginning and end. The server has one main thread, which alone
 * uses and closes the listener; the others tell it by {@link #state} and {@link #wake}.
 */
abstract class BareServer implements GalleryServer {
  // state     who may leave it                        for
  // NEW       start()                                 RUNNING
  //           stop(), close(): no thread runs, so     ENDED
  //           they free what there is
  // RUNNING   stop()                                  STOPPING
  //           close()                                 CLOSING
  //           the main thread, when it has failed     ENDED
  // STOPPING  close()                                 CLOSING
  //           the main thread, without connections    ENDED
  // CLOSING   the main thread                         ENDED
  //
  // All moves are made under the lock. Whoever asks the main thread for something changes the state
  // first and wakes it then, so that it sees the new state when it wakes.
  enum State {
    NEW,
    RUNNING,
    STOPPING,
    CLOSING,
    ENDED
  }

  private static final System.Logger LOG = System.getLogger("dev.loompoll.gallery");

  private final String model;
  private final InetSocketAddress address;
  private final ReentrantLock lock = new ReentrantLock();
  private final CompletableFuture<Void> finished = new CompletableFuture<>();

  /** Written under the lock, read by anybody. */
  private volatile State state = State.NEW;

  final ListeningSocket listener;

  /** Changed by the server's threads, read by anybody. */
  final AtomicInteger connectionCount = new AtomicInteger();

  /** Changed by the main thread, read by anybody. */
  final AtomicLong refusedCount = new AtomicLong();

  BareServer(String model, ListeningSocket listener) {
    this.model = model;
    this.listener = listener;
    this.address = listener.address();
  }

  // ---- what a model does

  /** The main thread: returns when {@link #state} wants it to, and has closed its connections. */
  abstract void run() throws IOException;

  /** Makes the main thread look at {@link #state}. Under the lock, and not after {@link #free}. */
  abstract void wake();

  /**
   * Closes what the constructor opened. Called once, as the last, when connections and listener are
   * closed: in the main thread, or in another if there is none.
   */
  void free() {}

  // ---- beginning and end

  final State state() {
    return state;
  }

  @Override
  public final void start() {
    lock.lock();
    try {
      if (state != State.NEW) {
        throw new IllegalStateException("the server is " + state + ", it cannot be started");
      }
      Thread.ofPlatform().name("gallery-" + model).start(this::main);
      state = State.RUNNING; // the main thread cannot end before: that takes the lock
    } finally {
      lock.unlock();
    }
  }

  private void main() {
    awaitStarted();
    @Nullable Throwable failure = null;
    try {
      run();
    } catch (Throwable t) {
      failure = t;
      LOG.log(
          System.Logger.Level.ERROR,
          "the " + model + " server at " + Net.format(address) + " failed",
          t);
    }
    end(failure);
  }

  /** Until {@link #start} has set the state. */
  private void awaitStarted() {
    lock.lock();
    lock.unlock();
  }

  private void end(@Nullable Throwable failure) {
    lock.lock();
    try {
      listener.close();
      free();
      state = State.ENDED;
    } finally {
      lock.unlock();
    }
    if (failure == null) {
      finished.complete(null);
    } else {
      finished.completeExceptionally(failure);
    }
  }

  @Override
  public final void stop() {
    ask(State.STOPPING);
  }

  @Override
  public final void close() {
    ask(State.CLOSING);
    try {
      finished.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      // logged, and finished() says it
    }
  }

  private void ask(State wanted) {
    lock.lock();
    try {
      if (state == State.NEW) {
        end(null);
      } else if (state.compareTo(wanted) < 0) {
        state = wanted;
        wake();
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- what it says of itself

  @Override
  public final CompletableFuture<Void> finished() {
    return finished.copy();
  }

  @Override
  public final String model() {
    return model;
  }

  @Override
  public final InetSocketAddress address() {
    return address;
  }

  @Override
  public final int connections() {
    return connectionCount.get();
  }

  @Override
  public final long refused() {
    return refusedCount.get();
  }

  @Override
  public String toString() {
    return "GalleryServer[" + model + " " + Net.format(address) + " " + state + "]";
  }
}
