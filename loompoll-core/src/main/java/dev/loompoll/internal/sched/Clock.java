package dev.loompoll.internal.sched;

/** The first seam: what time it is. Real time, or a simulation's. */
public interface Clock {
  /** Monotonic nanoseconds since an arbitrary start; always positive. */
  long nanos();

  Clock SYSTEM =
      new Clock() {
        private final long origin = System.nanoTime() - 1;

        @Override
        public long nanos() {
          return System.nanoTime() - origin;
        }
      };
}
