/** What a run of the suite found: written as JSON, read back, shown and compared. */
@NullMarked
package dev.loompoll.bench.result;

import org.jspecify.annotations.NullMarked;
