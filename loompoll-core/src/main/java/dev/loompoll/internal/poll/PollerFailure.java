package dev.loompoll.internal.poll;

import dev.loompoll.internal.sys.Errno;

/** A poller could not be opened: a system call failed, most likely for lack of descriptors. */
public final class PollerFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String step;
  private final int errno;

  public PollerFailure(String step, int errno) {
    super("cannot open a poller: " + step + ": " + Errno.describe(errno), null, false, false);
    this.step = step;
    this.errno = errno;
  }

  /** The system call. */
  public String step() {
    return step;
  }

  public int errno() {
    return errno;
  }
}
