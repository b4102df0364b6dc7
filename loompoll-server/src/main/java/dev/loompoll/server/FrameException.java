package dev.loompoll.server;

import java.io.IOException;

/** What a client sent is no request. */
public final class FrameException extends IOException {
  private static final long serialVersionUID = 1;

  /** What was wrong. */
  public enum Kind {
    /** Bytes that cannot begin or continue a request. */
    MALFORMED,
    /** A request larger than the codec allows. */
    TOO_LARGE,
    /** The stream ended within a request. */
    TRUNCATED
  }

  private final Kind kind;

  /** With a message that says what was expected and what came. */
  public FrameException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What was wrong. */
  public Kind kind() {
    return kind;
  }
}
