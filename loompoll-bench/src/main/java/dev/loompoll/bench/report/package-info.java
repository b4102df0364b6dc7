/** Runs shown to people: as a page, as Markdown with pictures, and one against another. */
@NullMarked
package dev.loompoll.bench.report;

import org.jspecify.annotations.NullMarked;
