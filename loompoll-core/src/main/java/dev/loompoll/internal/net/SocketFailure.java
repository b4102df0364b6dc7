package dev.loompoll.internal.net;

/** A step of opening a socket failed. The public face makes an IOException of it. */
public final class SocketFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String step;
  private final int code;

  SocketFailure(String step, int code) {
    super(step, null, false, false);
    this.step = step;
    this.code = code;
  }

  /** The system call. */
  public String step() {
    return step;
  }

  /** An errno or a code of {@link dev.loompoll.internal.poll.Result}. */
  public int code() {
    return code;
  }
}
