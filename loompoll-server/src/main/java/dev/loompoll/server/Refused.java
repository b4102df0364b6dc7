package dev.loompoll.server;

/** Why a server refused a connection or a request, or ended a connection early. Each is counted. */
public enum Refused {
  /** A connection, beyond {@link Limits#hardLimit()}. */
  CONNECTIONS,
  /** A connection that came while requests were being shed. */
  OVERLOAD,
  /** A connection, beyond {@link Limits#perPeer()} from its address. */
  PEER,
  /** A connection that was closed because descriptors had run out. */
  DESCRIPTORS,
  /** The connection that had been idle for longest, closed because descriptors had run out. */
  CULLED,
  /** A request: the queue was full. */
  QUEUE_FULL,
  /** A request that had waited for too long (CoDel). */
  QUEUE_DELAY,
  /** A connection: no whole request within {@link Limits#headerTimeout()} of its first byte. */
  HEADER_TIMEOUT,
  /** A connection: no request for {@link Limits#idleTimeout()}. */
  IDLE_TIMEOUT,
  /** A connection that sent a request more slowly than {@link Limits#minRate()}. */
  MIN_RATE,
  /** A connection that read nothing for {@link Limits#writeStall()}. */
  WRITE_STALL,
  /** A connection that sent no valid request. */
  MALFORMED,
  /** A connection that sent too large a request. */
  TOO_LARGE
}
