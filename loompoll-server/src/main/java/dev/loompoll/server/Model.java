package dev.loompoll.server;

/**
 * How a server divides connections among threads. {@code docs/models.md} draws and compares them.
 */
public enum Model {
  /** A goroutine a connection, plain blocking code. The default. */
  GOROUTINE,

  /**
   * Three goroutines a connection: a reader that decodes into a bounded channel, a handler, a
   * writer that encodes from a bounded channel. Answers leave while the next request is being
   * handled.
   */
  PIPELINE,

  /**
   * A main reactor accepts, sub-reactors do the I/O without blocking, {@link Workers} run the
   * handlers.
   */
  REACTOR,

  /**
   * An acceptor thread, one I/O thread, a queue to the {@link Workers} and a send queue back, with
   * a wake-up.
   */
  CLASSIC,

  /** A platform thread a connection, plain blocking code. */
  THREAD,

  /** One thread does everything, the handler included, which therefore must not block. */
  LOOP;

  /** The name on a command line: the constant's, in lower case. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * Whether it gives a connection to one thread or goroutine alone, as a {@link ConnHandler} needs.
   */
  public boolean givesConn() {
    return this == GOROUTINE || this == THREAD;
  }
}
