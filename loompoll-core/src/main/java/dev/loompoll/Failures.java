package dev.loompoll;

import dev.loompoll.internal.jfr.Jfr;
import dev.loompoll.internal.net.NetFD;
import dev.loompoll.internal.net.SocketFailure;
import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.sys.Errno;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * Makes exceptions of the codes that come from below. Every message says operation, network,
 * addresses and errno: {@code read tcp 127.0.0.1:8888->127.0.0.1:40112: connection reset
 * (ECONNRESET)}.
 */
final class Failures {
  private Failures() {}

  static IOException of(String operation, NetFD fd, long result) {
    String where = Addresses.format(fd.localAddress());
    if (fd.remoteAddress() != null) {
      where += "->" + Addresses.format(fd.remoteAddress());
    }
    return of(
        operation + " " + fd.network() + " " + where,
        null,
        Result.code(result),
        Result.count(result));
  }

  static IOException of(String operation, String network, String address, SocketFailure failure) {
    return of(operation + " " + network + " " + address, failure.step(), failure.code(), 0);
  }

  private static IOException of(String what, @Nullable String step, int code, int bytes) {
    if (code == Result.TIMEOUT) {
      Jfr.deadlineExceeded(what, bytes);
    }
    return make(what, step, code, bytes);
  }

  private static IOException make(String what, @Nullable String step, int code, int bytes) {
    switch (code) {
      case Result.CLOSED:
        return new ConnClosedException(what + ": use of closed network connection");
      case Result.TIMEOUT:
        return new DeadlineExceededException(what + ": i/o timeout", bytes);
      case Result.INTERRUPTED:
        InterruptedIOException interrupted = new InterruptedIOException(what + ": interrupted");
        interrupted.bytesTransferred = bytes;
        return interrupted;
      case Result.NOT_POLLABLE:
        return new SocketException(what + ": not pollable");
      default:
        break;
    }
    // "listen tcp ...: bind: address already in use" tells no more than without the step
    boolean bind = "bind".equals(step);
    boolean connect = "connect".equals(step);
    boolean plain = step == null || bind || connect || what.startsWith(step);
    String message = what + ": " + (plain ? "" : step + ": ") + Errno.describe(code);
    return switch (code) {
      case Errno.ECONNRESET, Errno.EPIPE -> new ConnResetException(message);
      case Errno.ECONNREFUSED -> new ConnectException(message);
      case Errno.EHOSTUNREACH, Errno.ENETUNREACH -> new NoRouteToHostException(message);
      default ->
          bind || code == Errno.EADDRINUSE
              ? new BindException(message)
              : connect
                  ? new ConnectException(message)
                  : what.startsWith("accept ") && Errno.isResourceShortage(code)
                      ? new ShortageException(message)
                      : new SocketException(message);
    };
  }
}
