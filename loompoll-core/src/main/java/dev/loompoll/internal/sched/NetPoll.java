package dev.loompoll.internal.sched;

import org.jspecify.annotations.Nullable;

/**
 * All that the scheduler knows of the network. One instance a {@link PollLoop}; the poller above
 * implements it.
 */
public interface NetPoll {
  /** What a thread needs of its own to poll: memory for events. Never shared by two threads. */
  abstract class Buffer {
    /** The M that polls with it. Set by that, before it polls. */
    @Nullable Machine machine;

    /** The M that polls with it; null if it is another thread's. */
    public final @Nullable Machine machine() {
      return machine;
    }
  }

  Buffer newBuffer();

  /** A simulation is over: thrown by its {@link #poll}, ends the M that polls. */
  final class Stopped extends Error {
    private static final long serialVersionUID = 1L;

    public Stopped() {
      super("the simulation is over", null, false, false);
    }
  }

  /**
   * Takes the events that are there and unparks the threads that waited for them.
   *
   * <p>Any number of threads may poll at once, each with its own buffer, but only the loop's owner
   * may let it block.
   *
   * @param timeoutNanos 0 does not block; negative blocks until an event or a {@link #wake}
   * @return how many events were seen, a wake-up not counted; 0 also after a signal
   */
  int poll(long timeoutNanos, Buffer buffer);

  /**
   * Makes a blocking poll return, also one that runs now, when {@code other} has events, which are
   * left there. One thread at a time.
   *
   * @return false where that cannot be had
   */
  default boolean waitAlsoFor(NetPoll other) {
    return false;
  }

  /** Ends that. */
  default void waitNoLongerFor(NetPoll other) {}

  /**
   * Makes the blocking poll that runs now, or else the next one, return at once. Lock-free; any
   * thread.
   */
  void wake();
}
