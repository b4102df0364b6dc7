/**
 * More load than a server can bear: the servers of these experiments, each a process of its own,
 * what is done to them, and what they make of it.
 */
@NullMarked
package dev.loompoll.bench.overload;

import org.jspecify.annotations.NullMarked;
