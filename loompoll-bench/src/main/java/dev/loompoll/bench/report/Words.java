package dev.loompoll.bench.report;

import dev.loompoll.bench.result.Chapter;
import dev.loompoll.bench.result.Figure;

/** What figures are called where people read them. */
final class Words {
  private Words() {}

  static String of(Figure figure) {
    return switch (figure) {
      case RATE -> "rate";
      case P50 -> "median latency";
      case P90 -> "p90 latency";
      case P99 -> "p99 latency";
      case P999 -> "p99.9 latency";
      case MAX -> "longest latency";
      case USER_NANOS -> "user CPU time";
      case KERNEL_NANOS -> "kernel CPU time";
      case USER_INSTRUCTIONS -> "user instructions";
      case KERNEL_INSTRUCTIONS -> "kernel instructions";
      case BUSY -> "busy CPUs";
      case GENERATOR_IDLE -> "generator idle";
      case OTHERS -> "CPUs used by others";
      case RESIDENT_BYTES -> "resident memory";
      case HEAP_BYTES -> "heap";
    };
  }

  /** With what it is counted in: {@code echoes a second}. */
  static String of(Figure figure, Chapter chapter) {
    if (figure == Figure.RATE) {
      return (chapter.unit().isEmpty() ? "units" : chapter.unit()) + " a second";
    }
    if (figure == Figure.RESIDENT_BYTES || figure == Figure.HEAP_BYTES) {
      return of(figure) + " a connection";
    }
    return of(figure);
  }
}
