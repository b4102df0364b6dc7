package dev.loompoll.server.internal.reactor;

import dev.loompoll.server.Codec;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Reply;
import dev.loompoll.server.internal.Service;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The handler of one connection and its way back. Runs on whatever thread the handler does. */
final class Session<Q, R> implements Reply<R> {
  private final Service<Q, R> service;
  private final Channel<Q, R> channel;
  private final Handler<Q, R> handler;
  private final Codec<Q, R> codec;
  private final Hooks hooks;
  private final InetSocketAddress remote;

  /** Written by the handler's thread; read by the loop when the handler has returned. */
  private boolean closeAsked;

  /** Calls the user's code. */
  Session(Service<Q, R> service, Channel<Q, R> channel, InetSocketAddress remote) {
    this.service = service;
    this.channel = channel;
    this.handler = Objects.requireNonNull(service.handlers()).get();
    this.codec = Objects.requireNonNull(service.codec());
    this.hooks = Hooks.of(handler);
    this.remote = remote;
  }

  Hooks hooks() {
    return hooks;
  }

  boolean closeAsked() {
    return closeAsked;
  }

  /** Runs the handler; whether it went well. */
  boolean handle(Call<Q, R> call) {
    if (!channel.isOpen()) {
      return true; // nobody is left to be answered
    }
    Q request = call.request;
    try {
      if (request != null) {
        service.tally().requests.increment();
        handler.handle(request, this);
        service.tally().answered.increment();
      } else if (call.kind == Call.Kind.OPENED) {
        handler.opened(this);
      } else {
        handler.ended(this);
      }
      return true;
    } catch (Throwable t) {
      if (request != null) {
        service.tally().failed.increment();
      }
      failed(t);
      return false;
    }
  }

  /** On the loop's thread: whether the client has got another answer for what was shed. */
  boolean degrade(Call<Q, R> call) {
    Handler<Q, R> degraded = service.degraded();
    if (degraded == null) {
      return false;
    }
    try {
      degraded.handle(Objects.requireNonNull(call.request), this);
      service.tally().degraded.increment();
      return true;
    } catch (Throwable t) {
      failed(t);
      return false;
    }
  }

  /** Tells it, unless it comes of the connection's end. */
  void failed(Throwable t) {
    boolean interrupt = t instanceof InterruptedException || t instanceof InterruptedIOException;
    if (interrupt && !channel.isOpen()) {
      return; // the server has ended
    }
    for (Throwable cause = t; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClientGone) {
        return;
      }
    }
    try {
      service.failures().accept(t);
    } catch (Throwable again) {
      // who was told could not bear it
    }
  }

  @Override
  public void send(R response) throws IOException {
    ByteBuffer bytes = codec.encode(response);
    if (bytes.hasRemaining()) {
      channel.send(bytes);
    }
  }

  @Override
  public void close() {
    closeAsked = true;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remote;
  }
}
