package dev.loompoll.server.internal.reactor;

import dev.loompoll.server.Handler;
import dev.loompoll.server.Reply;

/**
 * Which of its optional methods a handler has. Handing a connection to a worker and back, only to
 * do nothing there, would be most of the price of a short connection.
 */
record Hooks(boolean opened, boolean ended) {
  private static final ClassValue<Hooks> OF_CLASS =
      new ClassValue<>() {
        @Override
        protected Hooks computeValue(Class<?> handler) {
          return new Hooks(overrides(handler, "opened"), overrides(handler, "ended"));
        }
      };

  static Hooks of(Handler<?, ?> handler) {
    return OF_CLASS.get(handler.getClass());
  }

  private static boolean overrides(Class<?> handler, String method) {
    try {
      return handler.getMethod(method, Reply.class).getDeclaringClass() != Handler.class;
    } catch (NoSuchMethodException impossible) {
      throw new AssertionError(impossible); // the interface has it
    }
  }
}
