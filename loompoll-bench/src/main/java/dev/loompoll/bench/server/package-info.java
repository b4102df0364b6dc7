/** The JVM contestants' main classes: each an echo server in a process of its own. */
@NullMarked
package dev.loompoll.bench.server;

import org.jspecify.annotations.NullMarked;
