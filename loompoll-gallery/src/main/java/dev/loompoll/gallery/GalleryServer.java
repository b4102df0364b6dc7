package dev.loompoll.gallery;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * An echo server of one model. Any thread may call any method.
 *
 * <pre>{@code
 * try (GalleryServer server = Gallery.open("multiplex", "tcp", "127.0.0.1:8888")) {
 *   server.start();
 *   ...
 *   server.stop();
 *   server.finished().get(10, SECONDS);
 * }
 * }</pre>
 */
public interface GalleryServer extends AutoCloseable {
  /** Its name in {@link Gallery#names}. */
  String model();

  /** Where it listens, with the port that the system chose for port 0. Also after close. */
  InetSocketAddress address();

  /**
   * Begins to accept, in threads of its own, which keep the process alive. Does not block.
   *
   * @throws IllegalStateException if it was started or stopped before
   */
  void start();

  /** How many connections it serves now. */
  int connections();

  /**
   * How many connections it closed as soon as they were there, since the model has no room for
   * them.
   */
  long refused();

  /**
   * Listens no more: connections that it has not accepted yet are reset, the others go on until
   * their clients end them. Does not block. Doing it again does nothing.
   */
  void stop();

  /**
   * Completed when no descriptor and no thread is left: after {@link #stop} and the end of the last
   * connection, or after {@link #close}; exceptionally if the server failed.
   */
  CompletableFuture<Void> finished();

  /**
   * Stops, and ends every connection at once. Returns when that is done, or earlier if the thread
   * is interrupted, whose flag stays set.
   */
  @Override
  void close();
}
