package dev.loompoll.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * SIGTERM and SIGINT. Not by a shutdown hook: the exit status would be 143, and a second signal
 * would go unnoticed.
 *
 * @param stop completes at the first signal
 * @param hurry completes at the second
 */
record StopSignals(CompletableFuture<Void> stop, CompletableFuture<Void> hurry) {

  static StopSignals install() {
    StopSignals signals = new StopSignals(new CompletableFuture<>(), new CompletableFuture<>());
    for (String name : List.of("TERM", "INT")) {
      handle(name, signals::received);
    }
    return signals;
  }

  private void received() {
    if (!stop.complete(null)) {
      hurry.complete(null);
    }
  }

  /**
   * {@code sun.misc.Signal.handle}, by reflection: javac warns about that class, nothing turns the
   * warning off, and warnings are errors here.
   */
  private static void handle(String name, Runnable action) {
    try {
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
      Object number = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, number, proxy);
    } catch (InvocationTargetException e) {
      // java -Xrs: the user wants signals to do what the system does with them
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no signals in this JDK", e);
    }
  }
}
