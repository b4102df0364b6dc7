package dev.loompoll.internal.jfr;

import java.net.InetSocketAddress;
import java.util.List;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import org.jspecify.annotations.Nullable;

/**
 * Loompoll's events for JDK Flight Recorder, and the only way to them: no other class touches one
 * before it was asked for here, so that all works in a runtime without the module jdk.jfr.
 *
 * <p>An event with a duration is asked for when its operation begins. Nearly always the answer is
 * null, and compiled to nothing: the JDK puts code into an event class when the event is enabled
 * for the first time, and until then {@code isEnabled()} is the constant false. Afterwards it is
 * three loads. Events at one moment are recorded by a method that returns nothing.
 *
 * <p>A JDK that records registers its event classes; that loads some hundred classes and takes a
 * quarter of a second. So ours are registered only when a recorder is there.
 *
 * <p>No method here blocks, but for a JDK's recorder that writes its buffer out. Any thread, also
 * the bare carrier. Recording never throws: an event is not worth what its operation has done.
 */
public final class Jfr {
  private static final boolean PRESENT = isPresent();

  private Jfr() {}

  private static boolean isPresent() {
    try {
      Class.forName("jdk.jfr.Event", false, null);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Before anything else here; also loads all that is needed: later there may be no descriptor. */
  public static void start() {
    if (PRESENT) {
      Registration.start();
    }
  }

  /** Registers the events when there is a recorder, now or later. */
  private static final class Registration implements FlightRecorderListener {
    private static final List<Event> ALL =
        List.of(
            AcceptEvent.OFF,
            CloseEvent.OFF,
            DeadlineExceededEvent.OFF,
            HandOffEvent.OFF,
            ParkEvent.OFF,
            PollEvent.OFF,
            ReadEvent.OFF,
            RejectEvent.OFF,
            StealEvent.OFF,
            WriteEvent.OFF);

    static void start() {
      FlightRecorder.addListener(new Registration());
    }

    @Override
    public void recorderInitialized(FlightRecorder recorder) {
      for (Event e : ALL) {
        FlightRecorder.register(e.getClass());
      }
    }
  }

  // ---- with a duration

  public static @Nullable AcceptEvent accept() {
    return PRESENT && AcceptEvent.OFF.isEnabled() ? AcceptEvent.begun() : null;
  }

  public static @Nullable CloseEvent close() {
    return PRESENT && CloseEvent.OFF.isEnabled() ? CloseEvent.begun() : null;
  }

  public static @Nullable ParkEvent park() {
    return PRESENT && ParkEvent.OFF.isEnabled() ? ParkEvent.begun() : null;
  }

  public static @Nullable PollEvent poll() {
    return PRESENT && PollEvent.OFF.isEnabled() ? PollEvent.begun() : null;
  }

  public static @Nullable ReadEvent read() {
    return PRESENT && ReadEvent.OFF.isEnabled() ? ReadEvent.begun() : null;
  }

  public static @Nullable WriteEvent write() {
    return PRESENT && WriteEvent.OFF.isEnabled() ? WriteEvent.begun() : null;
  }

  // ---- at one moment

  /**
   * An operation ends because its deadline has passed.
   *
   * @param operation what, and between which addresses
   * @param bytes how many it had moved
   */
  public static void deadlineExceeded(String operation, int bytes) {
    if (PRESENT && DeadlineExceededEvent.OFF.isEnabled()) {
      DeadlineExceededEvent.record(operation, bytes);
    }
  }

  /**
   * A P goes to another M.
   *
   * @param cause {@code computes}, {@code blocks} or {@code declared}
   * @param taskNanos how long sysmon has seen the task run, in nanoseconds
   */
  public static void handOff(int processor, Thread from, Thread to, String cause, long taskNanos) {
    if (PRESENT && HandOffEvent.OFF.isEnabled()) {
      HandOffEvent.record(processor, from, to, cause, taskNanos);
    }
  }

  /**
   * A listener takes no connection for some time.
   *
   * @param errno why not
   * @param pauseNanos how long, in nanoseconds
   */
  public static void reject(InetSocketAddress listener, int errno, long pauseNanos) {
    if (PRESENT && RejectEvent.OFF.isEnabled()) {
      RejectEvent.record(listener, errno, pauseNanos);
    }
  }

  /** A P took work from another. */
  public static void steal(int processor, int victim, int tasks) {
    if (PRESENT && StealEvent.OFF.isEnabled()) {
      StealEvent.record(processor, victim, tasks);
    }
  }
}
