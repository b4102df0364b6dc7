package dev.loompoll.internal.poll;

import dev.loompoll.internal.sched.Clock;
import dev.loompoll.internal.sched.PollLoop;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.stress.Sleeper;
import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * FD: close() ends a read that waits or is about to, and returns when that has left and the
 * descriptor is closed, once. Both may sleep; if both sleep on, {@link Sleeper} halts the JVM.
 */
@JCStressTest
@Outcome(id = "-1, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "closed once, read told so")
@Outcome(id = ".*, .*, 0, .*", expect = Expect.FORBIDDEN, desc = "close() returned too early")
@Outcome(expect = Expect.FORBIDDEN, desc = "wrong result, or not closed once")
@State
public class FDCloseStress {
  private static final Silent POLLER = new Silent();

  private static final class Socket extends FD {
    volatile boolean used;
    volatile int closed;

    Socket() {
      super(0, POLLER);
    }
  }

  private final Socket socket = new Socket();
  private final Sleeper reads = new Sleeper();
  private final Sleeper closes = new Sleeper();

  @Actor
  public void reader(IIII_Result r) {
    r.r1 = reads.sleep(() -> Result.code(socket.read(new byte[1], null, 0, 1)));
    r.r1 += closes.overslept();
  }

  @Actor
  public void closer(IIII_Result r) {
    r.r2 = closes.sleep(socket::close);
    r.r3 = socket.closed != 0 && !socket.used ? 1 : 0;
    r.r2 += reads.overslept();
  }

  @Arbiter
  public void count(IIII_Result r) {
    r.r4 = socket.closed;
  }

  /** Nothing ever comes. */
  private static final class Silent extends ReadinessPoller {
    Silent() {
      attach(new PollLoop(this, Clock.SYSTEM));
    }

    @Override
    protected int sysRead(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
      Socket s = (Socket) fd;
      s.used = true;
      if (s.closed != 0) {
        throw new AssertionError("read after close");
      }
      s.used = false;
      return -Errno.EAGAIN;
    }

    @Override
    protected int closeDescriptor(FD fd) {
      ((Socket) fd).closed++;
      return 0;
    }

    @Override
    protected int sysWrite(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected int sysAccept(FD fd, byte[] address, int[] length) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected int sysConnect(FD fd, byte[] address) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected int sysPendingError(FD fd) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected int sysHasPeer(FD fd) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected int register(FD fd) {
      return 0;
    }

    @Override
    public Buffer newBuffer() {
      return null;
    }

    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      return 0;
    }

    @Override
    public void wake() {}
  }
}
