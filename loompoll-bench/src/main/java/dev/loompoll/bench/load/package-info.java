/**
 * The load generator: a process of its own, one thread, many connections, never asleep while it
 * measures. It shares nothing with the core, so that neither can hide the other's mistakes.
 */
@NullMarked
package dev.loompoll.bench.load;

import org.jspecify.annotations.NullMarked;
