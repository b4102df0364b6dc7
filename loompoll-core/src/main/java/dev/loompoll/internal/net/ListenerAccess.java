package dev.loompoll.internal.net;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives {@code loompoll-server}'s reactors the descriptor behind a {@code Listener}: what they
 * accept is watched by pollers of their own, so it must not become a {@code Conn} first.
 */
public final class ListenerAccess {
  /** Written once, when {@code Listener} is initialised. */
  private static volatile @Nullable Function<Object, NetFD> access;

  private ListenerAccess() {}

  /** For the class {@code Listener} alone. */
  public static void set(Function<Object, NetFD> fd) {
    access = fd;
  }

  /** The descriptor of a {@code dev.loompoll.Listener}. */
  public static NetFD fd(Object listener) {
    return Objects.requireNonNull(access).apply(listener);
  }
}
