package dev.loompoll.internal.poll.sim;

import dev.loompoll.internal.poll.FD;
import dev.loompoll.internal.poll.PollDesc;
import dev.loompoll.internal.poll.ReadinessPoller;
import dev.loompoll.internal.sched.Machine;
import dev.loompoll.internal.sched.NetPoll;
import dev.loompoll.internal.sys.Errno;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The epoll of one P in the simulated kernel. */
public final class SimPoller extends ReadinessPoller {
  private final SimKernel kernel;
  private final Queue<SimSocket> ready = new ArrayDeque<>();
  private final Queue<SimSocket> spurious = new ArrayDeque<>();
  private final List<Long> staleTokens = new ArrayList<>();
  private boolean woken;

  public SimPoller(SimKernel kernel) {
    this.kernel = kernel;
  }

  // ---- polling

  @Override
  public Buffer newBuffer() {
    return new Buffer() {};
  }

  @Override
  public int poll(long timeoutNanos, Buffer buffer) {
    kernel.turns().point();
    kernel.pass(1000);
    kernel.runDue();
    stopIfOver();
    int seen = takeEvents(buffer.machine());
    if (timeoutNanos != 0) {
      if (seen == 0 && !woken) {
        long until = timeoutNanos < 0 ? Long.MAX_VALUE : kernel.now() + timeoutNanos;
        kernel.turns().sleep(until, this::hasEvents);
        stopIfOver();
        kernel.runDue();
        seen = takeEvents(buffer.machine());
      }
      woken = false;
    }
    kernel.turns().point();
    return seen;
  }

  private void stopIfOver() {
    if (kernel.isOver()) {
      kernel.turns().leave();
      throw new NetPoll.Stopped();
    }
  }

  private boolean hasEvents() {
    return woken || !ready.isEmpty() || !spurious.isEmpty();
  }

  private int takeEvents(@Nullable Machine by) {
    int n = 0;
    for (SimSocket s; (s = ready.poll()) != null; ) {
      n += deliver(s, by);
    }
    for (SimSocket s; (s = spurious.poll()) != null; ) {
      if (!s.closed) {
        n++;
        descriptor(s.token).ready(s.token, true, true, 0, by);
      }
    }
    if (!staleTokens.isEmpty() && kernel.chance(3)) {
      long token = staleTokens.get(kernel.nextInt(staleTokens.size()));
      n++;
      descriptor(token).ready(token, true, true, PollDesc.EVENT_ERROR | PollDesc.NO_DRAIN, by);
    }
    return n;
  }

  /** The flags are those of the moment when it is polled, as in Linux. */
  private int deliver(SimSocket s, @Nullable Machine by) {
    s.edgePending = false;
    if (s.closed) {
      return 0;
    }
    boolean hup = s.finReceived && s.finSent || s.error != 0;
    boolean in = !s.received.isEmpty() || s.finReceived || !s.backlog.isEmpty() || hup;
    boolean out = s.connected && s.peer != null && s.peer.room() > 0 || hup;
    boolean sticky = s.finReceived || hup;
    if (kernel.chance(10)) {
      kernel.after(kernel.soon(), () -> spurious(s)); // readiness that is not there
    }
    kernel.turns().point(); // read, and not told yet
    descriptor(s.token).ready(s.token, in, out, sticky ? PollDesc.NO_DRAIN : 0, by);
    return 1;
  }

  @Override
  public void wake() {
    kernel.turns().point();
    woken = true;
  }

  // ---- for the kernel

  void edge(SimSocket s) {
    ready.add(s);
  }

  private void spurious(SimSocket s) {
    if (s.registered) {
      spurious.add(s);
    }
  }

  void wasClosed(long token) {
    staleTokens.add(token);
  }

  @Override
  protected int register(FD fd) {
    SimSocket s = kernel.socket(fd.sysfd());
    s.poller = this;
    s.token = fd.token();
    s.registered = true;
    kernel.edge(s);
    return 0;
  }

  @Override
  protected int closeDescriptor(FD fd) {
    kernel.turns().point();
    kernel.close(kernel.socket(fd.sysfd()));
    return 0;
  }

  // ---- the system calls

  /** Other threads may get on before a call does anything, and before its caller knows. */
  private SimSocket enter(FD fd) {
    kernel.turns().point();
    kernel.pass(500);
    return kernel.socket(fd.sysfd());
  }

  private int leave(int result) {
    kernel.turns().point();
    return result;
  }

  @Override
  protected int sysRead(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
    return leave(read(enter(fd), heap, direct, offset, length));
  }

  private int read(SimSocket s, byte[] heap, ByteBuffer direct, int offset, int length) {
    if (kernel.chance(50)) {
      return -Errno.EINTR;
    }
    if (s.error != 0) {
      return -s.error;
    }
    int n = Math.min(length, s.received.size());
    if (n == 0) {
      return s.finReceived ? 0 : -Errno.EAGAIN;
    }
    for (int i = 0; i < n; i++) {
      byte b = s.received.poll();
      if (heap != null) {
        heap[offset + i] = b;
      } else {
        direct.put(offset + i, b);
      }
    }
    s.inFlight -= n;
    if (s.peer.wantsSpace && s.room() > s.capacity / 3) {
      s.peer.wantsSpace = false;
      kernel.edge(s.peer);
    }
    return n;
  }

  @Override
  protected int sysWrite(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
    return leave(write(enter(fd), heap, direct, offset, length));
  }

  private int write(SimSocket s, byte[] heap, ByteBuffer direct, int offset, int length) {
    if (kernel.chance(50)) {
      return -Errno.EINTR;
    }
    if (s.error != 0) {
      return -s.error;
    }
    if (s.finSent || s.peer.closed) {
      return -Errno.EPIPE;
    }
    int n = Math.min(length, s.peer.room());
    if (n == 0) {
      s.wantsSpace = true;
      return -Errno.EAGAIN;
    }
    if (n > 1 && kernel.chance(3)) {
      n = 1 + kernel.nextInt(n);
    }
    kernel.send(s, i -> heap != null ? heap[offset + i] : direct.get(offset + i), n);
    return n;
  }

  @Override
  protected int sysAccept(FD fd, byte[] address, int[] length) {
    return leave(accept(enter(fd), address, length));
  }

  private int accept(SimSocket s, byte[] address, int[] length) {
    if (kernel.chance(20)) {
      return kernel.chance(2) ? -Errno.EINTR : -Errno.ECONNABORTED;
    }
    if (kernel.isShort()) {
      return kernel.chance(2) ? -Errno.EMFILE : -Errno.ENOBUFS;
    }
    SimSocket accepted = s.backlog.poll();
    if (accepted == null) {
      return -Errno.EAGAIN;
    }
    byte[] a = accepted.peer.address();
    System.arraycopy(a, 0, address, 0, a.length);
    length[0] = a.length;
    return accepted.fd;
  }

  @Override
  protected int sysConnect(FD fd, byte[] address) {
    SimSocket s = enter(fd);
    int to = (address[2] & 0xff) << 8 | address[3] & 0xff;
    kernel.after(kernel.soon(), () -> kernel.finishConnect(s, to));
    if (kernel.chance(4)) {
      kernel.after(kernel.nextInt(10_000), () -> spurious(s)); // "writable" too early
    }
    return leave(kernel.chance(10) ? -Errno.EINTR : -Errno.EINPROGRESS);
  }

  @Override
  protected int sysPendingError(FD fd) {
    SimSocket s = enter(fd);
    int e = s.error;
    if (!s.connected) {
      s.error = 0;
    }
    return leave(e);
  }

  @Override
  protected int sysHasPeer(FD fd) {
    return leave(enter(fd).connected ? 0 : -Errno.ENOTCONN);
  }
}
