/** See {@link dev.loompoll.gallery.Gallery}. */
@NullMarked
package dev.loompoll.gallery;

import org.jspecify.annotations.NullMarked;
