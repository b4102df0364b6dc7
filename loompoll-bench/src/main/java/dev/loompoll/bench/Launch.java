package dev.loompoll.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How a contestant is to be started; the same for all of a run.
 *
 * @param procs how many processors it may use at once; 0 is its own default
 * @param buffer bytes of a connection's read buffer
 * @param jvm flags for every JVM contestant alike
 * @param hogs what stands in the way of the echoes during its turn
 * @param safepoints whether a JVM makes safepoints, and says how long it takes to reach each
 * @param work microseconds of CPU for each echo, where the contestant's handler may have work
 */
public record Launch(
    int procs, int buffer, List<String> jvm, Hogs hogs, boolean safepoints, int work) {
  /** Connections that the kernel may hold for accept; the same for all. */
  static final int BACKLOG = 4096;

  /** Bytes of a read buffer, where nothing else is asked for. */
  static final int BUFFER = 1024;

  /**
   * A loop that began in the interpreter, as that of each connection made early, leaves it after 16
   * turns, not 1 024: what is to be measured is a server that has run for some time.
   */
  static final String WARM_LOOPS = "-XX:Tier0BackedgeNotifyFreqLog=4";

  /** Heap and collector: all JVMs the same, small enough for several at once. */
  static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx1g", WARM_LOOPS);

  /** Little heap to begin with, so that what is resident is what is used. */
  static final List<String> SMALL_JVM =
      List.of("-XX:+UseSerialGC", "-Xms16m", "-Xmx1g", WARM_LOOPS);

  public Launch(int procs) {
    this(procs, BUFFER, JVM, Hogs.NONE, false, 0);
  }

  public Launch withProcs(int n) {
    return new Launch(n, buffer, jvm, hogs, safepoints, work);
  }

  public Launch withBuffer(int bytes) {
    return new Launch(procs, bytes, jvm, hogs, safepoints, work);
  }

  public Launch withFlag(String flag) {
    List<String> more = new ArrayList<>(jvm);
    more.add(flag);
    return new Launch(procs, buffer, more, hogs, safepoints, work);
  }

  public Launch withJvm(List<String> flags) {
    return new Launch(procs, buffer, flags, hogs, safepoints, work);
  }

  /** To see what memory is used. */
  public Launch withSmallHeap() {
    return withJvm(SMALL_JVM);
  }

  public Launch withHogs(Hogs what) {
    return new Launch(procs, buffer, jvm, what, safepoints, work);
  }

  public Launch withSafepoints(boolean wanted) {
    return new Launch(procs, buffer, jvm, hogs, wanted, work);
  }

  public Launch withWork(int micros) {
    return new Launch(procs, buffer, jvm, hogs, safepoints, micros);
  }
}
