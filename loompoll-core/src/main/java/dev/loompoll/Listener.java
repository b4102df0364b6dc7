package dev.loompoll;

import dev.loompoll.internal.jfr.Jfr;
import dev.loompoll.internal.net.ListenerAccess;
import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.net.Preload;
import dev.loompoll.internal.net.SocketFailure;
import dev.loompoll.internal.net.Sockets;
import dev.loompoll.internal.poll.Poller;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.sched.Clock;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.SocketAddresses;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections. Any number of threads, virtual or platform, may call any method at once.
 *
 * <p>A shortage of descriptors or memory (EMFILE, ENFILE, ENOBUFS, ENOMEM) does not end {@code
 * accept}: it waits 5 ms, then twice as long, up to 1 s, and tries again until the shortage has
 * passed; each wait is counted in {@link Stats}, each shortage logged once. {@link
 * ListenConfig#returnResourceErrors} makes it throw instead.
 */
public final class Listener implements Closeable {
  private static final System.Logger LOG = System.getLogger("dev.loompoll");

  static {
    ListenerAccess.set(listener -> ((Listener) listener).fd);

    // Without a free descriptor no class can be loaded from a directory and no file read. So what a
    // shortage needs comes first: all classes, errno's text, and the time zones for the log line's
    // time stamp.
    Preload.packageOf(Listener.class);
    var unused = Errno.describe(Errno.EMFILE) + ZonedDateTime.now(ZoneId.systemDefault());
  }

  private static final long FIRST_PAUSE_NANOS = 5_000_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

  private final NetFD fd;
  private final InetSocketAddress address;
  private final boolean returnResourceErrors;
  private final Supplier<Poller> placement;
  private final byte @Nullable [] localOfAccepted;

  /** So that a shortage is logged once. Written by any accepting thread, without order. */
  private volatile boolean inShortage;

  /**
   * @param placement which poller an accepted connection goes to
   */
  Listener(NetFD fd, boolean returnResourceErrors, Supplier<Poller> placement) {
    InetSocketAddress local = fd.localAddress();
    if (local == null) {
      throw new IllegalStateException("a listener without an address");
    }
    this.fd = fd;
    this.address = local;
    this.returnResourceErrors = returnResourceErrors;
    this.placement = placement;
    this.localOfAccepted = fd.localOfAccepted();
  }

  /**
   * Waits for a connection.
   *
   * @throws DeadlineExceededException if the deadline has passed, even if a connection is there
   * @throws ConnClosedException if the listener is closed, or was closed meanwhile
   * @throws java.io.InterruptedIOException if the thread is interrupted while it waits; its flag
   *     stays set
   */
  public Conn accept() throws IOException {
    byte[] peer = new byte[SocketAddresses.MAX_LENGTH];
    int[] length = new int[1];
    long pause = 0;
    for (; ; ) {
      long result = fd.accept(peer, length);
      int code = Result.code(result);
      if (code == Result.OK) {
        try {
          Conn conn = accepted(Result.count(result), peer, length[0]);
          if (pause == 0) {
            inShortage = false;
          }
          return conn;
        } catch (SocketFailure e) {
          // epoll_ctl had no memory or no watch left: this connection is lost, the listener is not
          if (returnResourceErrors) {
            throw Failures.of("accept", fd.network(), Addresses.format(address), e);
          }
          code = e.code();
        }
      } else if (returnResourceErrors || !Errno.isResourceShortage(code)) {
        throw Failures.of("accept", fd, result);
      }
      pause = pause == 0 ? FIRST_PAUSE_NANOS : Math.min(pause * 2, LONGEST_PAUSE_NANOS);
      backOff(pause, code);
    }
  }

  private Conn accepted(int sysfd, byte[] peer, int length) throws SocketFailure {
    NetFD conn = Sockets.accepted(fd, placement.get(), sysfd, localOfAccepted, peer, length);
    Counters.ACCEPTS.increment();
    return new Conn(conn);
  }

  private void logShortage(int errno) {
    try {
      LOG.log(
          System.Logger.Level.WARNING,
          "accept {0} {1}: {2}; backing off",
          fd.network(),
          Addresses.format(address),
          Errno.describe(errno));
    } catch (RuntimeException | Error e) {
      // The logger may need a descriptor too. A line that is not written must not end the server.
    }
  }

  private void backOff(long pause, int errno) throws IOException {
    Counters.ACCEPT_BACKOFFS.increment();
    if (!inShortage) {
      inShortage = true;
      logShortage(errno);
    }
    Jfr.reject(address, errno, pause);
    Clock clock = fd.poller().loop().clock();
    int code = fd.pause(clock.nanos() + pause);
    if (code != Result.OK) {
      throw Failures.of("accept", fd, Result.of(0, code));
    }
  }

  /** Where it listens, with the port that the system chose for port 0. Also after close. */
  public InetSocketAddress address() {
    return address;
  }

  /** Whether it has not been closed. */
  public boolean isOpen() {
    return fd.isOpen();
  }

  /**
   * Sets when {@code accept} gives up, for calls that wait now too.
   *
   * @param nanoTime on the scale of {@link System#nanoTime}; a time that has passed ends them at
   *     once
   */
  public void setDeadline(long nanoTime) {
    Deadlines.set(fd, true, false, nanoTime);
  }

  /** As the other, counted from now. */
  public void setDeadline(Duration fromNow) {
    Deadlines.set(fd, true, false, fromNow);
  }

  /** {@code accept} waits as long as it takes. */
  public void clearDeadline() {
    Deadlines.clear(fd, true, false);
  }

  /**
   * Stops listening; every {@code accept} that waits ends with {@link ConnClosedException}, and the
   * connections that wait in the kernel are reset. Closing again does nothing.
   */
  @Override
  public void close() throws IOException {
    int code = fd.close();
    if (code > 0) {
      throw Failures.of("close", fd, Result.of(0, code));
    }
  }

  @Override
  public String toString() {
    return "Listener[" + fd.network() + " " + Addresses.format(address) + "]";
  }
}
