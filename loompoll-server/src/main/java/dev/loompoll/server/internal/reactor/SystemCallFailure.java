package dev.loompoll.server.internal.reactor;

import dev.loompoll.internal.sys.Errno;
import java.io.IOException;

/** A system call failed that a reactor cannot do without. */
final class SystemCallFailure extends IOException {
  private static final long serialVersionUID = 1;

  SystemCallFailure(String call, int errno) {
    super(call + ": " + Errno.describe(errno));
  }

  /** The call's result, if it is not minus an errno. */
  static int check(String call, int result) throws SystemCallFailure {
    if (result < 0) {
      throw new SystemCallFailure(call, -result);
    }
    return result;
  }
}
