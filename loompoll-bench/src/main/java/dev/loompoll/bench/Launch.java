package dev.loompoll.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How a contestant is to be started; the same for all of a run.
 *
 * @param procs how many processors it may use at once; 0 is its own default
 * @param jvm flags for every JVM contestant alike
 * @param hogs what stands in the way of the echoes during its turn
 * @param safepoints whether a JVM makes safepoints, and says how long it takes to reach each
 */
record Launch(int procs, List<String> jvm, Hogs hogs, boolean safepoints) {
  /** Connections that the kernel may hold for accept; the same for all. */
  static final int BACKLOG = 4096;

  /** Bytes of a connection's read buffer; the same for all. */
  static final int BUFFER = 1024;

  /** Heap and collector: all JVMs the same, small enough for several at once. */
  static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx1g");

  Launch(int procs) {
    this(procs, JVM, Hogs.NONE, false);
  }

  Launch withProcs(int n) {
    return new Launch(n, jvm, hogs, safepoints);
  }

  Launch withFlag(String flag) {
    List<String> more = new ArrayList<>(jvm);
    more.add(flag);
    return new Launch(procs, more, hogs, safepoints);
  }

  Launch withJvm(List<String> flags) {
    return new Launch(procs, flags, hogs, safepoints);
  }

  Launch withHogs(Hogs what) {
    return new Launch(procs, jvm, what, safepoints);
  }

  Launch withSafepoints(boolean wanted) {
    return new Launch(procs, jvm, hogs, wanted);
  }
}
