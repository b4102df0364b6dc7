package dev.loompoll.bench.result;

/** What can be measured in a turn. The key is its name in the JSON. */
public enum Figure {
  /** Echoes, requests or bytes; the chapter says which. */
  RATE("rate", "a second", true),
  P50("p50", "ns", false),
  P90("p90", "ns", false),
  P99("p99", "ns", false),
  P999("p999", "ns", false),
  MAX("max", "ns", false),
  /** The server's, per unit of the rate. */
  USER_NANOS("userNanos", "ns", false),
  KERNEL_NANOS("kernelNanos", "ns", false),
  USER_INSTRUCTIONS("userInstructions", "", false),
  KERNEL_INSTRUCTIONS("kernelInstructions", "", false),
  /** Processors that the server kept busy. */
  BUSY("busy", "CPUs", false),
  /** Share of its time in which the load generator had nothing to do, 0 to 1. */
  GENERATOR_IDLE("generatorIdle", "", true),
  /** Processors that neither server nor load generator kept busy: noise. */
  OTHERS("others", "CPUs", false),
  /** Memory a connection. */
  RESIDENT_BYTES("residentBytes", "bytes", false),
  HEAP_BYTES("heapBytes", "bytes", false);

  private final String key;
  private final String unit;
  private final boolean higherIsBetter;

  Figure(String key, String unit, boolean higherIsBetter) {
    this.key = key;
    this.unit = unit;
    this.higherIsBetter = higherIsBetter;
  }

  public String key() {
    return key;
  }

  public String unit() {
    return unit;
  }

  public boolean higherIsBetter() {
    return higherIsBetter;
  }
}
