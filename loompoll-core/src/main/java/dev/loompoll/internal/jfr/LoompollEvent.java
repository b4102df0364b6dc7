package dev.loompoll.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Registered;

/** What all our events have in common: they are off by default, and {@link Jfr} registers them. */
@Category("Loompoll")
@Enabled(false)
@Registered(false)
abstract class LoompollEvent extends Event {
  /** Commits it; without memory for that there is an event less. */
  final void save() {
    try {
      commit();
    } catch (OutOfMemoryError e) {
      // as said
    }
  }
}
