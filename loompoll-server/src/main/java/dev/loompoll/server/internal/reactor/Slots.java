package dev.loompoll.server.internal.reactor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the {@link Source} of an event by its token: a slot and the number of the registration. An
 * event of a descriptor that was closed earlier in the same batch meets an empty slot or another
 * number, and finds nothing, even if descriptor and slot are in use again by then. One thread.
 */
final class Slots {
  private @Nullable Source[] sources = new Source[16];
  private int[] free = new int[16];
  private int freeCount;

  /** Of the slots below, each is taken or free; those from here on were never used. */
  private int used;

  private int registrations;

  /** Takes a slot. */
  void add(Source source) {
    int slot = freeCount > 0 ? free[--freeCount] : used++;
    if (slot == sources.length) {
      sources = Arrays.copyOf(sources, 2 * slot);
      free = Arrays.copyOf(free, 2 * slot);
    }
    registrations = registrations + 1 & Integer.MAX_VALUE; // no token is negative
    sources[slot] = source;
    source.token = (long) registrations << 32 | slot;
  }

  void remove(Source source) {
    int slot = (int) source.token;
    source.token = Source.NONE;
    sources[slot] = null;
    free[freeCount++] = slot;
  }

  @Nullable Source find(long token) {
    Source source = sources[(int) token];
    return source != null && source.token == token ? source : null;
  }

  /** For {@link #at}: 0 to this, without it. */
  int end() {
    return used;
  }

  @Nullable Source at(int slot) {
    return sources[slot];
  }
}
