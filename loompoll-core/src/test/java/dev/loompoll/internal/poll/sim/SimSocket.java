package dev.loompoll.internal.poll.sim;

import dev.loompoll.internal.sys.SocketCalls;
import java.util.ArrayDeque;
import java.util.Queue;

/** One end of a simulated connection, or a listener. */
final class SimSocket {
  final int fd;

  /** Set when it is registered. */
  SimPoller poller;

  long token;
  boolean registered;
  boolean closed;

  /** Bytes that have arrived and were not read. */
  final ArrayDeque<Byte> received = new ArrayDeque<>();

  /** How many bytes the peer has sent that are not read yet, on the way or arrived. */
  int inFlight;

  int capacity;
  SimSocket peer;
  boolean connected;

  /** An event is due or will be; its flags are computed when it is polled, as in Linux. */
  boolean edgePending;

  boolean finReceived;
  boolean finSent;
  boolean wantsSpace;
  int error;

  /** A listener's connections. */
  final Queue<SimSocket> backlog = new ArrayDeque<>();

  boolean listening;

  SimSocket(int fd, int capacity) {
    this.fd = fd;
    this.capacity = capacity;
  }

  byte[] address() {
    return new byte[] {
      SocketCalls.AF_INET, 0, (byte) (fd >>> 8), (byte) fd, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0
    };
  }

  @Override
  public String toString() {
    return (listening ? "listener " : "socket ")
        + fd
        + (registered ? "" : " unregistered")
        + (connected ? " to " + peer.fd : " unconnected")
        + " received "
        + received.size()
        + " in flight "
        + inFlight
        + " of "
        + capacity
        + " backlog "
        + backlog.size()
        + (edgePending ? " edge pending" : "")
        + (finReceived ? " fin received" : "")
        + (finSent ? " fin sent" : "")
        + (wantsSpace ? " wants space" : "")
        + " error "
        + error;
  }

  /** Room for bytes from the peer. */
  int room() {
    return capacity - inFlight;
  }
}
