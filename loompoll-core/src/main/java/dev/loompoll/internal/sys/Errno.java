package dev.loompoll.internal.sys;

/**
 * The errno values of Linux (the same on x86-64 and aarch64, {@code asm-generic/errno.h}), their
 * names and their texts.
 */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int ENOSPC = 28;
  public static final int EPIPE = 32;
  public static final int ENOSYS = 38;
  public static final int EPROTO = 71;
  public static final int ENOTSOCK = 88;
  public static final int EOPNOTSUPP = 95;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int EISCONN = 106;
  public static final int ENOTCONN = 107;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTUNREACH = 113;
  public static final int EALREADY = 114;
  public static final int EINPROGRESS = 115;

  private Errno() {}

  /** {@code ECONNRESET} for 104; {@code errno 4711} for one without a name here. */
  public static String name(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM";
      case ENOENT -> "ENOENT";
      case EINTR -> "EINTR";
      case EIO -> "EIO";
      case EBADF -> "EBADF";
      case EAGAIN -> "EAGAIN";
      case ENOMEM -> "ENOMEM";
      case EACCES -> "EACCES";
      case EINVAL -> "EINVAL";
      case ENFILE -> "ENFILE";
      case EMFILE -> "EMFILE";
      case ENOSPC -> "ENOSPC";
      case EPIPE -> "EPIPE";
      case ENOSYS -> "ENOSYS";
      case EPROTO -> "EPROTO";
      case ENOTSOCK -> "ENOTSOCK";
      case EOPNOTSUPP -> "EOPNOTSUPP";
      case EAFNOSUPPORT -> "EAFNOSUPPORT";
      case EADDRINUSE -> "EADDRINUSE";
      case EADDRNOTAVAIL -> "EADDRNOTAVAIL";
      case ENETDOWN -> "ENETDOWN";
      case ENETUNREACH -> "ENETUNREACH";
      case ECONNABORTED -> "ECONNABORTED";
      case ECONNRESET -> "ECONNRESET";
      case ENOBUFS -> "ENOBUFS";
      case EISCONN -> "EISCONN";
      case ENOTCONN -> "ENOTCONN";
      case ETIMEDOUT -> "ETIMEDOUT";
      case ECONNREFUSED -> "ECONNREFUSED";
      case EHOSTUNREACH -> "EHOSTUNREACH";
      case EALREADY -> "EALREADY";
      case EINPROGRESS -> "EINPROGRESS";
      default -> "errno " + errno;
    };
  }

  /** What the errno means, in a few words and without its name. */
  public static String text(int errno) {
    return switch (errno) {
      case EPERM -> "operation not permitted";
      case EIO -> "input/output error";
      case EBADF -> "bad file descriptor";
      case EAGAIN -> "resource temporarily unavailable";
      case ENOMEM -> "out of kernel memory";
      case EACCES -> "permission denied";
      case EINVAL -> "invalid argument";
      case ENFILE -> "the system has no free file descriptor";
      case EMFILE -> "the process has no free file descriptor";
      case ENOSPC -> "limit of epoll watches reached";
      case EPIPE -> "the connection is closed for writing";
      case ENOSYS -> "the kernel lacks this call";
      case EPROTO -> "protocol error";
      case EOPNOTSUPP -> "operation not supported";
      case EAFNOSUPPORT -> "address family not supported";
      case EADDRINUSE -> "address already in use";
      case EADDRNOTAVAIL -> "cannot assign requested address";
      case ENETDOWN -> "network is down";
      case ENETUNREACH -> "network is unreachable";
      case ECONNABORTED -> "connection aborted";
      case ECONNRESET -> "connection reset";
      case ENOBUFS -> "no buffer space";
      case EISCONN -> "already connected";
      case ENOTCONN -> "not connected";
      case ETIMEDOUT -> "connection timed out";
      case ECONNREFUSED -> "connection refused";
      case EHOSTUNREACH -> "no route to host";
      default -> "system call failed";
    };
  }

  /** {@code connection reset (ECONNRESET)}. */
  public static String describe(int errno) {
    return text(errno) + " (" + name(errno) + ")";
  }

  /** Whether a lack of descriptors or memory, which passes, made {@code accept} fail. */
  public static boolean isResourceShortage(int errno) {
    return errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
  }
}
