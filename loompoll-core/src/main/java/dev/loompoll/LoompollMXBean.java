package dev.loompoll;

/**
 * Loompoll for JMX, under the name {@value #NAME}; see {@link Loompoll#registerMXBean}. The records
 * become {@code CompositeData}, {@link Stats#processors} an array of them.
 */
public interface LoompollMXBean {
  /** What its {@code ObjectName} is made of. */
  String NAME = "dev.loompoll:type=Loompoll";

  /** As {@link Loompoll#stats}. */
  Stats getStats();

  /** As {@link Loompoll#runtime}. */
  Loompoll.Runtime getRuntime();
}
