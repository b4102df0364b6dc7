package dev.loompoll.bench.overload;

/** Latencies in nanoseconds; all 0 if there were none. */
public record Tail(long p50, long p99, long max) {}
