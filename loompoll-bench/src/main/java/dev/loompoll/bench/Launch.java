package dev.loompoll.bench;

import java.util.List;

/**
 * How a contestant is to be started; the same for all of a run.
 *
 * @param procs how many processors it may use at once; 0 is its own default
 * @param jvm flags for every JVM contestant alike
 * @param hogs tasks that burn CPU in the server during its turn
 * @param hogMillis how long each of them is; 0 is without end
 */
record Launch(int procs, List<String> jvm, int hogs, int hogMillis) {
  /** Connections that the kernel may hold for accept; the same for all. */
  static final int BACKLOG = 4096;

  /** Bytes of a connection's read buffer; the same for all. */
  static final int BUFFER = 1024;

  /** Heap and collector: all JVMs the same, small enough for several at once. */
  static final List<String> JVM = List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx1g");

  Launch(int procs) {
    this(procs, JVM, 0, 0);
  }

  Launch withProcs(int n) {
    return new Launch(n, jvm, hogs, hogMillis);
  }

  Launch withHogs(int n, int millis) {
    return new Launch(procs, jvm, n, millis);
  }
}
