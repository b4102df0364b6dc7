package dev.loompoll.internal.poll;

import dev.loompoll.internal.sched.PollLoop;
import java.nio.ByteBuffer;

/**
 * A back end in which nothing happens, and time stands still. Its calls fail a test that has not
 * said what they do.
 */
public abstract class QuietPoller extends ReadinessPoller {
  private static final long NOW = 1000;

  protected QuietPoller() {
    attach(new PollLoop(this, () -> NOW));
  }

  private static AssertionError unexpected(String call) {
    return new AssertionError("nobody asked for " + call);
  }

  @Override
  protected int sysRead(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
    throw unexpected("recv");
  }

  @Override
  protected int sysWrite(FD fd, byte[] heap, ByteBuffer direct, int offset, int length) {
    throw unexpected("send");
  }

  @Override
  protected int sysAccept(FD fd, byte[] address, int[] length) {
    throw unexpected("accept");
  }

  @Override
  protected int sysConnect(FD fd, byte[] address) {
    throw unexpected("connect");
  }

  @Override
  protected int sysPendingError(FD fd) {
    throw unexpected("SO_ERROR");
  }

  @Override
  protected int sysHasPeer(FD fd) {
    throw unexpected("getpeername");
  }

  @Override
  protected int register(FD fd) {
    return 0;
  }

  @Override
  protected int closeDescriptor(FD fd) {
    return 0;
  }

  @Override
  public Buffer newBuffer() {
    return new Buffer() {};
  }

  @Override
  public int poll(long timeoutNanos, Buffer buffer) {
    return 0;
  }

  @Override
  public void wake() {}
}
