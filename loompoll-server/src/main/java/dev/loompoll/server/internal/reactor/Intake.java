package dev.loompoll.server.internal.reactor;

import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import dev.loompoll.server.internal.Service;
import dev.loompoll.server.internal.admission.Admission;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is done with a descriptor that was accepted. For one accepting thread. */
final class Intake<Q, R> {
  private final Service<Q, R> service;
  private final @Nullable Executor workers;
  private final Supplier<EventLoop> placement;
  private final Timeouts timeouts;
  private final byte[] refusal;
  private final ErrnoCell errno = new ErrnoCell();
  private final byte[] scratch = new byte[4096];
  private final int[] length = new int[1];

  private final Admission.OneAccept oneAccept = this::acceptAndClose;

  /** For {@link #oneAccept}. */
  private int listener;

  /**
   * @param workers null if handlers run on the loop's thread
   * @param placement which loop the next connection belongs to
   */
  Intake(
      Service<Q, R> service,
      @Nullable Executor workers,
      Timeouts timeouts,
      Supplier<EventLoop> placement) {
    this.service = service;
    this.workers = workers;
    this.placement = placement;
    this.timeouts = timeouts;
    ByteBuffer answer = service.refusal();
    refusal = new byte[answer == null ? 0 : answer.remaining()];
    if (answer != null) {
      answer.duplicate().get(refusal);
    }
  }

  /** Admits it and gives it to its loop, or refuses it. Does not wait; throws nothing. */
  void accepted(int fd, byte[] address) {
    try {
      admit(fd, SocketAddresses.decode(address));
    } catch (Throwable t) {
      failed(t);
    }
  }

  private void admit(int fd, InetSocketAddress remote) {
    InetAddress peer = remote.getAddress();
    if (service.admission().admit(peer) != null) { // which has counted it
      refuse(fd);
      return;
    }
    EventLoop loop = placement.get();
    Channel<Q, R> channel;
    try {
      channel = new Channel<>(service, loop, workers, timeouts, fd, remote);
    } catch (Throwable t) { // of the user's code
      FdCalls.close(fd);
      service.admission().left(peer);
      throw t;
    }
    service.connections().add(channel);
    loop.execute(channel::start);
  }

  /** Tells what is wrong with accepting. */
  void failed(Throwable t) {
    try {
      service.failures().accept(t);
    } catch (Throwable again) {
      // who was told could not bear it
    }
  }

  /**
   * An accept on this descriptor has failed for want of descriptors or memory: one idle connection
   * makes room, or one that waits is turned away. Returns how long to pause.
   */
  long shortage(int listener) {
    long pause = service.admission().shortage();
    this.listener = listener;
    service.admission().turnAway(oneAccept);
    return pause;
  }

  private boolean acceptAndClose() {
    int fd = SocketCalls.accept(listener, scratch, length, errno);
    if (fd >= 0) {
      FdCalls.close(fd);
    }
    return fd >= 0;
  }

  /**
   * As far as the kernel takes it at once. What has come already is read, for the kernel answers
   * unread data by a reset, which may overtake the refusal.
   */
  private void refuse(int fd) {
    if (refusal.length > 0) {
      SocketCalls.send(fd, refusal, 0, refusal.length, errno);
      SocketCalls.shutdown(fd, SocketCalls.SHUT_WR, errno);
      SocketCalls.recv(fd, scratch, 0, scratch.length, errno);
    }
    FdCalls.close(fd);
  }
}
