/** The runner: starts contestants and load, measures in turns, reports. */
@NullMarked
package dev.loompoll.bench;

import org.jspecify.annotations.NullMarked;
