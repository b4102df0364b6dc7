/** The whole suite: workloads, the method they share, and what is kept of a run. */
@NullMarked
package dev.loompoll.bench.suite;

import org.jspecify.annotations.NullMarked;
