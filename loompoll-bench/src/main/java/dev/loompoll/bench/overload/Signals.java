package dev.loompoll.bench.overload;

import java.lang.reflect.Proxy;

/** SIGTERM, each time it comes: a shutdown hook would see the first only. */
final class Signals {
  private Signals() {}

  /** By reflection: javac warns about {@code sun.misc}, nothing turns the warning off. */
  static void onTerm(Runnable action) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object proxy =
        Proxy.newProxyInstance(
            handler.getClassLoader(),
            new Class<?>[] {handler},
            (self, method, args) -> {
              action.run();
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), proxy);
  }
}
