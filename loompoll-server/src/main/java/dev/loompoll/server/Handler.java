package dev.loompoll.server;

import java.util.function.Function;

/**
 * What a server does with requests. It runs unchanged under every {@link Model}: of one connection
 * at most one method runs at a time, in the order of the requests, on a thread that the model
 * chooses. Under {@link Model#LOOP} it must not block.
 *
 * <p>One that keeps something about its connection is made anew for each: {@link
 * Server.Builder#handlers}. What it throws ends the connection, after the answers that were sent.
 *
 * @param <Q> requests, as the codec decodes them
 * @param <R> answers, as the codec encodes them
 */
@FunctionalInterface
public interface Handler<Q, R> {
  /** Answers {@code request}: by nothing, by one answer or by many. */
  void handle(Q request, Reply<R> reply) throws Exception;

  /** A connection was accepted; what is sent here the client reads first. */
  default void opened(Reply<R> reply) throws Exception {}

  /** The client has sent all that it will, and all of it was handled; it may still read. */
  default void ended(Reply<R> reply) throws Exception {}

  /** One answer to each request. */
  static <Q, R> Handler<Q, R> answering(Function<? super Q, ? extends R> function) {
    return (request, reply) -> reply.send(function.apply(request));
  }
}
