/**
 * What schedulers are compared by without a network: a process that does one piece of work after
 * another, as its stdin says, on the scheduler that its arguments name.
 */
@NullMarked
package dev.loompoll.bench.sched;

import org.jspecify.annotations.NullMarked;
